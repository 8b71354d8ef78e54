"""Asks for the admission of each request, once, after it was routed and before anything else is looked at."""

from collections.abc import Awaitable, Callable, Mapping

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.wire import Wire, send_json
from mockserver.domain.bearer import bearer_token
from mockserver.domain.notes import NOTES, Notes, note_refusal
from mockserver.domain.refusal import Refusal
from mockserver.service.admission import Admission

Admit = Callable[[str | None, str | None, Notes | None], Awaitable[Admission | Refusal]]

_CONTEXT = "connexion_context"


def admission_of(scope: Scope) -> Admission | None:
    """The admission that stands in a scope; Connexion hands it to handlers as the argument `admission`."""
    context = scope.get("extensions", {}).get(_CONTEXT)
    return None if context is None else context.get("admission")


class AdmissionOperation:
    """Refuses requests of one operation with 401, 429 or 403, or notes their admission in the scope."""

    def __init__(
        self, next_app: ASGIApp, operation_id: str, *, admit: Admit, permission: str | None, wire: Wire
    ) -> None:
        self.next_app = next_app
        self._operation_id = operation_id
        self._admit = admit
        self._permission = permission
        self._wire = wire

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request by its key and the permission that the contract says the operation requires."""
        notes = scope.get(NOTES)
        if notes is not None:
            notes.operation = self._operation_id
        outcome = await self._admit(bearer_token(scope["headers"]), self._permission, notes)
        if isinstance(outcome, Refusal):
            note_refusal(scope, outcome.details)
            await send_json(send, *self._wire.refuse(outcome))
            return
        scope["extensions"][_CONTEXT] = {"admission": outcome}
        await self.next_app(scope, receive, send)


class AdmissionMiddleware:
    """A layer of the operations above, by the operation that the routing has found."""

    def __init__(self, app: ASGIApp, *, admit: Admit, permissions: Mapping[str, str | None], wire: Wire) -> None:
        self.app = app
        self._admit = admit
        self._permissions = permissions
        self._wire = wire

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """The part for one operation, to be called directly."""
        permission = self._permissions[operation_id]
        return AdmissionOperation(next_app, operation_id, admit=self._admit, permission=permission, wire=self._wire)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request of an operation."""
        if scope["type"] == "http":
            operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
            await self.for_operation(operation_id, self.app)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
