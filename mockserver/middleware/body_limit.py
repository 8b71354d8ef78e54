"""Refuses a body that is larger than the limit, by the length that it announces or by what has come of it."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimitMiddleware:
    """Passes requests on whose body has at most `limit` bytes; raises HTTPException 413 for others.

    It belongs inside the layer that turns exceptions into responses. `operations`: those that take a body, by their
    operationId; behind the routing, only they are looked at. The body of another is never read, however large it is.
    """

    def __init__(self, app: ASGIApp, *, limit: int, operations: frozenset[str] = frozenset()) -> None:
        self.app = app
        self._limit = limit
        self._operations = operations

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """The part for one operation: none, where it takes no body."""
        return BodyLimitMiddleware(next_app, limit=self._limit) if operation_id in self._operations else next_app

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
