"""Cross-origin resource sharing: pages of the allowed origins may use the vendor's API."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_REQUEST_HEADERS = ("Authorization", "Content-Type", "Idempotency-Key", "Prefer")
_RESPONSE_HEADERS = ("Allow", "Preference-Applied", "Retry-After")
_NO_HEADERS = Headers()


class CorsMiddleware(CORSMiddleware):
    """Starlette's middleware, except that a preflight of an origin that is not allowed goes to the application.

    Args:
        app: The next application.
        origins: The allowed origins as browsers send them, or `*` for all.
        methods: The methods of the contract.
    """

    def __init__(self, app: ASGIApp, *, origins: Collection[str], methods: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=methods,
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_RESPONSE_HEADERS,
            allow_private_network=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a preflight, or pass a request on and add headers to its response."""
        if scope["type"] == "http" and not self.is_allowed_origin(Headers(scope=scope).get("origin", "")):
            await self.simple_response(scope, receive, send, request_headers=_NO_HEADERS)
        else:
            await super().__call__(scope, receive, send)

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the allowed methods and headers, without a body; the browser decides whether they suffice."""
        response = super().preflight_response(request_headers)
        headers = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return Response(status_code=204, headers=headers)
