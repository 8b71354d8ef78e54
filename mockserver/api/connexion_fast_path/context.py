"""Connexion's context variables, for handlers that read `connexion.request`."""

from collections.abc import Awaitable

from connexion.context import _context, _operation, _receive, _scope
from connexion.middleware.context import ContextAPI, ContextMiddleware, ContextOperation
from connexion.operations import AbstractOperation
from starlette.types import Receive, Scope, Send


class FastContextOperation(ContextOperation):  # type: ignore[misc]  # Connexion has no types
    """An operation that sets the context like the inherited one; the caller awaits the next layer directly."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Set the context of the request."""
        _context.set(scope["extensions"].get("connexion_context", {}))
        _operation.set(self.operation)
        _receive.set(receive)
        _scope.set(scope)
        return self.next_app(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types


class FastContextAPI(ContextAPI):  # type: ignore[misc]  # Connexion has no types
    """The factory of `FastContextOperation`."""

    def make_operation(self, operation: AbstractOperation) -> FastContextOperation:
        """See `ContextAPI.make_operation`."""
        return FastContextOperation(self.next_app, operation=operation)


class FastContextMiddleware(ContextMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's context middleware with `FastContextOperation`."""

    api_cls = FastContextAPI
