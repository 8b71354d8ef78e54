"""The limit on request bodies, by their declared length, or by the received bytes of a chunked body."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimitMiddleware:
    """A layer that raises HTTPException 413 for a body of more than `limit` bytes, and passes other requests on.

    It belongs behind the layer that turns exceptions into responses.

    Args:
        app: The next application.
        limit: The maximum size of a body, in bytes.
        operations: The operationIds of the operations that take a body. Behind the routing the limit applies only to
            them, because no other operation reads a body.
    """

    def __init__(self, app: ASGIApp, *, limit: int, operations: frozenset[str] = frozenset()) -> None:
        self.app = app
        self._limit = limit
        self._operations = operations

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """Return the layer's part for one operation: only the next application if it takes no body."""
        return BodyLimitMiddleware(next_app, limit=self._limit) if operation_id in self._operations else next_app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the declared length of a body, and count the bytes of a body without one."""
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"content-length" and int(value) > self._limit:
                    raise self._too_large()
                if name == b"transfer-encoding":
                    receive = self._count_bytes(receive)
        await self.app(scope, receive, send)

    def _count_bytes(self, receive: Receive) -> Receive:
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._too_large()
            return message

        return receive_counted

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"a body may have {self._limit} bytes")
