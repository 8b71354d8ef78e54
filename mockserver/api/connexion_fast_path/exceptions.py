"""Errors become responses in Connexion's own handlers; nothing is built before something was raised."""

from connexion.middleware.exceptions import ExceptionMiddleware
from starlette._exception_handler import wrap_app_handling_exceptions
from starlette.requests import Request
from starlette.types import Receive, Scope, Send


class LazyExceptionMiddleware(ExceptionMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's exception middleware, entered only by what was raised."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; hand what it raises to the inherited handlers."""
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await self._answer(error, scope, receive, send)

    async def _answer(self, error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
        async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
            raise error

        scope["starlette.exception_handlers"] = (self._exception_handlers, self._status_handlers)
        await wrap_app_handling_exceptions(fail, Request(scope, receive))(scope, receive, send)
