"""From the routing on, each layer of Connexion finds its part of an operation by a lookup; here that is done once."""

from typing import Protocol, runtime_checkable

from connexion.middleware.abstract import RoutedMiddleware
from connexion.middleware.lifespan import LifespanMiddleware
from starlette.types import ASGIApp


@runtime_checkable
class Chainable(Protocol):
    """A layer of ours that has a part for each operation, as Connexion's routed layers have."""

    app: ASGIApp

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """The layer's part for one operation, in front of the next layer's."""


def chained(app: ASGIApp, base_path: str, operation_id: str) -> ASGIApp:
    """The parts of all layers from `app` on for one operation, each calling the next directly.

    A layer that is neither routed nor linkable stays as it is, with all that is behind it.
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
