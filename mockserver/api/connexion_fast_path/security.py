"""Security passes what has been admitted, and fails closed, in Connexion's words, on what has not."""

from collections.abc import Awaitable

from connexion.middleware.security import SecurityAPI, SecurityMiddleware, SecurityOperation
from connexion.operations import AbstractOperation
from connexion.security import BearerSecurityHandler
from starlette.types import Receive, Scope, Send

from mockserver.api.admission import admission_of


def bearer_info(token: str, request: object) -> dict[str, object] | None:  # noqa: ARG001  (Connexion passes it)
    """Connexion's bearer function: who was admitted; None, which refuses, where nobody was."""
    admission = admission_of(request.scope)  # type: ignore[attr-defined]  # Connexion has no types
    return None if admission is None else {"sub": admission.key.name}


class AdmittedBearer(BearerSecurityHandler):  # type: ignore[misc]  # Connexion has no types
    """Bearer security by the function above: the contract names no function, as it wires no framework."""

    def _resolve_func(self, security_scheme: dict[str, object]) -> object:  # noqa: ARG002  (Connexion passes it)
        return bearer_info


class FastSecurityOperation(SecurityOperation):  # type: ignore[misc]  # Connexion has no types
    """Lets a request pass whose admission stands in its scope, without asking for it twice."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass an admitted request on; leave any other to the inherited verification."""
        passed = super().__call__ if admission_of(scope) is None else self.next_app
        return passed(scope, receive, send)  # type: ignore[no-any-return]  # Connexion has no types


class FastSecurityAPI(SecurityAPI):  # type: ignore[misc]  # Connexion has no types
    """Makes the operations above."""

    def make_operation(self, operation: AbstractOperation) -> FastSecurityOperation:
        """See `SecurityAPI.make_operation`."""
        return FastSecurityOperation(
            self.next_app,
            security_handler_factory=self.security_handler_factory,
            security=operation.security,
            security_schemes=operation.security_schemes,
        )


class FastSecurityMiddleware(SecurityMiddleware):  # type: ignore[misc]  # Connexion has no types
    """Connexion's security middleware with the operations above."""

    api_cls = FastSecurityAPI
