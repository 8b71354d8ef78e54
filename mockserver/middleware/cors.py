"""Lets pages of the origins that were named use the vendor's API."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Prefer")
_READ = ("Allow", "Preference-Applied", "Retry-After")
_FROM_NOWHERE = Headers()


class CorsMiddleware(CORSMiddleware):
    """Starlette's middleware, which leaves a preflight of an origin that is not allowed to the application.

    `origins`: as browsers send them, or `*` for all. `methods`: those that the contract documents.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str], methods: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=methods,
            allow_headers=_SENT,
            expose_headers=_READ,
            allow_private_network=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass a request on and complete its answer."""
        if scope["type"] == "http" and not self.is_allowed_origin(Headers(scope=scope).get("origin", "")):
            await self.simple_response(scope, receive, send, request_headers=_FROM_NOWHERE)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """What is allowed, without a body; whether that is enough, the browser decides."""
        answered = super().preflight_response(request_headers)
        headers = {name: value for name, value in answered.headers.items() if not name.startswith("content-")}
        return Response(status_code=204, headers=headers)
