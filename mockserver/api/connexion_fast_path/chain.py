"""The chain of layers of each operation, built at the start; stock Connexion looks up each layer for each request."""

from typing import Protocol, runtime_checkable

from connexion.middleware.abstract import RoutedMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from starlette.types import ASGIApp


@runtime_checkable
class Chainable(Protocol):
    """A layer of this server with a part for each operation, like Connexion's routed layers."""

    app: ASGIApp

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """Return the layer's part for one operation, which calls the next layer's part."""


def chained(app: ASGIApp, base_path: str, operation_id: str) -> ASGIApp:
    """Return the parts of all layers from `app` on for one operation, each of which calls the next directly.

    A layer that is neither routed nor chainable stays as it is, with all layers behind it.
    """
    if isinstance(app, LifespanMiddleware):
        return chained(app.next_app, base_path, operation_id)
    if isinstance(app, RoutedMiddleware):
        for api in app.apis.get(base_path, ()):
            operation = api.operations.get(operation_id)
            if operation is not None:
                if hasattr(operation, "next_app"):
                    operation.next_app = chained(operation.next_app, base_path, operation_id)
                return operation  # type: ignore[no-any-return]  # Connexion has no types
    elif isinstance(app, Chainable):
        return app.for_operation(operation_id, chained(app.app, base_path, operation_id))
    return app
