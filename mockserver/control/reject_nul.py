"""Refuses paths with a NUL: nothing is called so, and not every store can even be asked."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send


class RejectNul:
    """Passes a request on; HTTPException 404 where its path has a NUL.

    It belongs inside the layer that turns exceptions into responses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the path."""
        if scope["type"] == "http" and "\0" in scope["path"]:
            raise HTTPException(404)
        await self.app(scope, receive, send)
