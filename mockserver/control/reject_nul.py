"""The layer that refuses paths with a NUL: no identifier has one, and not every store accepts one in a query."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send


class RejectNul:
    """A layer that raises HTTPException 404 for a path with a NUL, and passes other requests on.

    It belongs behind the layer that turns exceptions into responses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the path of a request."""
        if scope["type"] == "http" and "\0" in scope["path"]:
            raise HTTPException(404)
        await self.app(scope, receive, send)
