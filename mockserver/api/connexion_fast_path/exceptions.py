"""The exception layer: Connexion's handlers turn exceptions into responses, without any cost for other requests."""

from connexion.middleware.exceptions import ExceptionMiddleware
from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.requests import Request
from starlette.types import Receive, Scope, Send


class LazyExceptionMiddleware(ExceptionMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's exception middleware, entered only when an exception was raised."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and an exception to the inherited handlers."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await self._handle(error, scope, receive, send)

    async def _handle(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        async def raise_again(_scope: Scope, _receive: Receive, _send: Send) -> None:
            raise error

        scope["starlette.exception_handlers"] = (self._exception_handlers, self._status_handlers)
        await wrap_app_handling_exceptions(raise_again, Request(scope, receive))(scope, receive, send)
