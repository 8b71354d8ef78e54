"""The validation layer: reads and validates a plainly valid request once; Connexion's validation decides on others."""

from collections.abc import Awaitable, MutableMapping
from email.message import Message
from typing import Any

from connexion.middleware.request_validation import (
    RequestValidationAPI,
    RequestValidationMiddleware,
    RequestValidationOperation,
)
from connexion.operations import AbstractOperation
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.connexion_fast_path.request_plan import JSON_TYPES, NotPlainError, RequestPlan

ARGUMENTS = "audience_mock.arguments"


class FastValidationOperation(RequestValidationOperation):  # type: ignore[misc]  # Connexion has no types
    """A validation operation that reads a request by a plan and puts the handler's arguments in the scope."""

    def __init__(self, next_app: ASGIApp, *, operation: AbstractOperation, **kwargs: Any) -> None:  # noqa: ANN401  (Connexion's)
        super().__init__(next_app, operation=operation, **kwargs)
        self.plan = RequestPlan(operation) if RequestPlan.supports(operation) and not self.strict_validation else None

    def extract_content_type(self, headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
        """Return media type and charset, regardless of case and blanks (RFC 9110, 8.3.1)."""
        mime_type, encoding = super().extract_content_type(headers)
        for name, value in headers:
            if name == b"content-type":
                message = Message()
                message["Content-Type"] = value.decode("latin-1")
                encoding = message.get_content_charset(encoding)
        return mime_type.strip().lower(), encoding

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Read and validate a request; pass one that is not plainly valid to the inherited validation."""
        if self.plan is None:
            return super().__call__(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types
        if self.plan.takes_body:
            return self._call_with_body(self.plan, scope, receive, send)
        try:
            scope[ARGUMENTS] = self.plan.arguments(scope["path_params"], scope["query_string"], None)
        except NotPlainError:
            return super().__call__(scope, receive, send)  # type: ignore[no-any-return]  # the same
        return self.next_app(scope, receive, send)  # type: ignore[no-any-return]  # the same

    async def _call_with_body(self, plan: RequestPlan, scope: Scope, receive: Receive, send: Send) -> None:
        """Read and validate a request with its body; replay one that is not plainly valid."""
        content = await _read_body(receive)
        if content is None:
            return
        try:
            _require_json(scope)
            scope[ARGUMENTS] = plan.arguments(scope["path_params"], scope["query_string"], content or None)
        except NotPlainError:
            await super().__call__(*_replay(scope, content, receive), send)
            return
        await self.next_app(scope, receive, send)


def _require_json(scope: Scope) -> None:
    """Raise NotPlainError unless the body is JSON in UTF-8 by its only `Content-Type`, or has none."""
    types = [value for name, value in scope["headers"] if name == b"content-type"]
    if types and (len(types) > 1 or types[0].lower() not in JSON_TYPES):
        raise NotPlainError


async def _read_body(receive: Receive) -> bytes | None:
    """Return the whole body; None if the client has disconnected."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _replay(scope: Scope, content: bytes, receive: Receive) -> tuple[Scope, Receive]:
    """Return the request as if unread: its body in one message, and its length in the header that Connexion reads."""
    headers = [header for header in scope["headers"] if header[0] not in {b"content-length", b"transfer-encoding"}]
    messages: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive_again() -> MutableMapping[str, Any]:
        return messages.pop() if messages else await receive()

    return {**scope, "headers": [*headers, (b"content-length", b"%d" % len(content))]}, receive_again


class FastValidationAPI(RequestValidationAPI):  # type: ignore[misc]  # Connexion has no types
    """The factory of `FastValidationOperation`."""

    def make_operation(self, operation: AbstractOperation) -> FastValidationOperation:
        """See `RequestValidationAPI.make_operation`."""
        return FastValidationOperation(
            self.next_app,
            operation=operation,
            strict_validation=self.strict_validation,
            validator_map=self.validator_map,
        )


class FastValidationMiddleware(RequestValidationMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's request validation with `FastValidationOperation`."""

    api_cls = FastValidationAPI
