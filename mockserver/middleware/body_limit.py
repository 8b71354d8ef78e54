"""Refuses a body that is larger than the limit, by the length that it announces or by what has come of it."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Passes requests on whose body has at most `limit` bytes; raises HTTPException 413 for others.

    It belongs inside the layer that turns exceptions into responses.
    """

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self.app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the announced length; count the bytes where none is announced."""
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"content-length" and int(value) > self._limit:
                    raise self._too_large()
                if name == b"transfer-encoding":
                    receive = self._counted(receive)
        await self.app(scope, receive, send)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise self._too_large()
            return message

        return counting

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"a body may have {self._limit} bytes")
