"""Cross-origin resource sharing: pages of this machine and of the allowed origins may use the vendor's API."""

import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.recording.request_headers import look_once
from mockserver.recording.request_record import note_refusal

Refuse = Callable[[int, str, Mapping[str, object]], bytes]

logger = logging.getLogger("mockserver")

_LOOPBACK = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?"
_NAMEABLE = re.compile(r"null|[a-z][a-z0-9+.-]*://[a-z0-9._\-\[\]:]+", re.ASCII)
_RESPONSE_HEADERS = ("Allow", "Preference-Applied", "Retry-After")
_NO_HEADERS = Headers()
_FORBIDDEN = 403
_MAX_TOLD = 20


class CorsMiddleware(CORSMiddleware):
    """Starlette's middleware, except that a preflight of an origin that is not allowed is refused in the envelope.

    A preflight of an allowed origin is granted whatever headers it asks for.

    Args:
        app: The next application.
        origins: The origins to allow besides those of this machine, as browsers send them, or `*` for all.
        methods: The methods of the contract.
        refuse: The function that returns the body of a refusal.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str], methods: Collection[str], refuse: Refuse) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_origin_regex=_LOOPBACK,
            allow_methods=methods,
            allow_headers=("*",),
            expose_headers=_RESPONSE_HEADERS,
            allow_private_network=True,
        )
        self._refuse = refuse
        self._told: set[str] = set()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:  # type: ignore[override]  # fewer
        """Respond to a preflight, or pass a request on and add headers to its response.

        Without an Origin, as most clients are, no Headers are built, no message passes through this layer, and the
        caller awaits the next layer directly: no coroutine saves 1 % of a request.
        """
        if scope["type"] == "http" and look_once(scope["headers"], _has_origin):
            return self._respond(scope, receive, send)
        return self.app(scope, receive, send)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers["origin"]
        if self.is_allowed_origin(origin):
            await super().__call__(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._refused(scope, origin)(scope, receive, send)
        else:
            await self.simple_response(scope, receive, send, request_headers=_NO_HEADERS)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the allowed methods and headers, without a body; the browser decides whether they suffice."""
        response = super().preflight_response(request_headers)
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return Response(status_code=204, headers=headers)

    def _refused(self, scope: Scope, origin: str) -> Response:
        """Return the response to a preflight of a foreign origin, and log how to allow it."""
        is_nameable = _NAMEABLE.fullmatch(origin) is not None
        hint = (
            f"Start the server with --cors-origin {origin}."
            if is_nameable
            else "Open the page by an http or https address."
        )
        shown = origin if is_nameable else repr(origin)
        details = {"rule": "cors", "hint": hint}
        note_refusal(scope, details)
        if origin not in self._told and len(self._told) < _MAX_TOLD:  # a page asks again before every request
            self._told.add(origin)
            logger.warning("audience-mock: a page of %s asked, and may not use /v1. %s", shown, hint)
        content = self._refuse(_FORBIDDEN, f"A page of {shown} asked, and may not use /v1. {hint}", details)
        return Response(content, _FORBIDDEN, {"Vary": "Origin"}, "application/json")


def _has_origin(headers: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(name == b"origin" for name, _ in headers)
