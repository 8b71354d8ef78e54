"""The security layer: passes admitted requests, and refuses all others by Connexion's own code."""

from collections.abc import Awaitable

from connexion.middleware.security import SecurityAPI, SecurityMiddleware, SecurityOperation
from connexion.operations import AbstractOperation
from connexion.security import BearerSecurityHandler
from starlette.types import Receive, Scope, Send

from mockserver.api.admission import admission_of


def bearer_info(token: str, request: object) -> dict[str, object] | None:  # noqa: ARG001  (Connexion passes it)
    """Return the token info of an admitted request for Connexion; None, which refuses, for any other."""
    admission = admission_of(request.scope)  # type: ignore[attr-defined]  # Connexion has no types
    return None if admission is None else {"sub": admission.key.name}


class AdmittedBearer(BearerSecurityHandler):  # type: ignore[misc]  # Connexion has no types
    """Bearer security by `bearer_info`; the contract names no function, because it is independent of the framework."""

    def _resolve_func(self, security_scheme: dict[str, object]) -> object:  # noqa: ARG002  (Connexion passes it)
        return bearer_info


class FastSecurityOperation(SecurityOperation):  # type: ignore[misc]  # Connexion has no types
    """A security operation that passes a request with an admission in its scope without verifying it again."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass an admitted request on, and any other to the inherited verification."""
        app = super().__call__ if admission_of(scope) is None else self.next_app
        return app(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types


class FastSecurityAPI(SecurityAPI):  # type: ignore[misc]  # Connexion has no types
    """The factory of `FastSecurityOperation`."""

    def make_operation(self, operation: AbstractOperation) -> FastSecurityOperation:
        """See `SecurityAPI.make_operation`."""
        return FastSecurityOperation(
            self.next_app,
            security_handler_factory=self.security_handler_factory,
            security=operation.security,
            security_schemes=operation.security_schemes,
        )


class FastSecurityMiddleware(SecurityMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's security middleware with `FastSecurityOperation`."""

    api_cls = FastSecurityAPI
