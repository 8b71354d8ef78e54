"""The admission layer: decides once on each routed request, before any other part of it is read."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.envelope import Envelopes, send_refusal
from mockserver.api.faults.injection import Injection
from mockserver.api.prefer_header import Preferences, preference
from mockserver.domain.refusal import Refusal
from mockserver.recording.bearer import token_of
from mockserver.recording.request_headers import look_once
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service.admission import Admission

Admit = Callable[[str | None, str | None, RequestRecord | None], Awaitable[Admission | Refusal]]

_CONTEXT = "connexion_context"


@dataclass(frozen=True, slots=True)
class RequestGate:
    """The collaborators of the admission layer.

    Attributes:
        admit: The decision on a request by its token and the permission that its operation requires.
        preferences: The responder to requests that prefer an example of the contract.
        injection: The layer through which requests of a sandbox with faults pass.
        envelopes: The envelopes of refusals.
    """

    admit: Admit
    preferences: Preferences
    injection: Injection
    envelopes: Envelopes


class Operation(NamedTuple):
    """An operation of the contract: its operationId and the permission that it requires; None for any valid key."""

    id: str
    permission: str | None


def read_headers(scope: Scope) -> tuple[str | None, list[bytes] | None]:
    """Return the bearer token and the values of `Prefer`, in one pass over the headers.

    The token is None unless there is exactly one `Authorization` header, with the scheme `Bearer`.
    """
    return look_once(scope["headers"], _read)


def _read(headers: Sequence[tuple[bytes, bytes]]) -> tuple[str | None, list[bytes] | None]:
    authorization: bytes | None = None
    prefer: list[bytes] | None = None
    is_repeated = False
    for name, value in headers:
        if name == b"authorization":
            is_repeated = authorization is not None
            authorization = value
        elif name == b"prefer":
            prefer = [value] if prefer is None else [*prefer, value]
    return None if authorization is None or is_repeated else token_of(authorization), prefer


def admission_of(scope: Scope) -> Admission | None:
    """Return the admission in a scope, which Connexion passes to handlers as the argument `admission`.

    The headers stand beside it, for the argument `request_headers`.
    """
    context = scope.get("extensions", {}).get(_CONTEXT)
    return None if context is None else context.get("admission")


class AdmissionOperation:
    """The admission of requests to one operation: a refusal with 401, 429 or 403, or an admission in the scope.

    A request with a valid key that prefers an example receives that example. Faults of the sandbox may act on an
    admitted request.
    """

    def __init__(self, next_app: ASGIApp, operation: Operation, *, gate: RequestGate) -> None:
        self.next_app = next_app
        self._operation, self._permission = operation
        self._admit = gate.admit
        self._prefer = gate.preferences.respond
        self._inject = gate.injection.around
        self._envelopes = gate.envelopes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request by its key and the permission that the operation requires by the contract."""
        record = scope.get(RECORD)
        if record is not None:
            record.operation = self._operation
        token, prefer = read_headers(scope)
        if prefer is not None and (preferred := preference(prefer)) is not None:
            await self._prefer(self._operation, preferred, token, scope, send)
            return
        outcome = await self._admit(token, self._permission, record)
        if isinstance(outcome, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(outcome))
            return
        scope["extensions"][_CONTEXT] = {"admission": outcome, "request_headers": scope["headers"]}
        if outcome.sandbox.faults:
            await self._inject(self.next_app, self._operation, outcome)(scope, receive, send)
            return
        await self.next_app(scope, receive, send)


class AdmissionMiddleware:
    """A layer with an `AdmissionOperation` for each operation."""

    def __init__(self, app: ASGIApp, *, gate: RequestGate, permissions: Mapping[str, str | None]) -> None:
        self.app = app
        self._gate = gate
        self._permissions = permissions

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """Return the layer's part for one operation, which calls the next part directly."""
        operation = Operation(operation_id, self._permissions[operation_id])
        return AdmissionOperation(next_app, operation, gate=self._gate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request of the operation that the routing has found."""
        if scope["type"] == "http":
            operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
            await self.for_operation(operation_id, self.app)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
