"""Asks for the admission of each request, once, after it was routed and before anything else is looked at."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.api.envelope import Envelopes, send_refusal
from mockserver.api.faults.injection import Injection
from mockserver.api.prefer_header import Preferences, preference
from mockserver.domain.refusal import Refusal
from mockserver.recording.bearer import token_of
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service.admission import Admission

Admit = Callable[[str | None, str | None, RequestRecord | None], Awaitable[Admission | Refusal]]

_CONTEXT = "connexion_context"


@dataclass(frozen=True, slots=True)
class RequestGate:
    """Who receives requests: `admit` all of them, `preferences` those that prefer an example, in its place.

    The requests of a sandbox that has faults go by way of the `injection`.
    """

    admit: Admit
    preferences: Preferences
    injection: Injection
    envelopes: Envelopes


class Operation(NamedTuple):
    """One operation of the contract: its operationId, and the permission that it requires; None for any valid key."""

    id: str
    permission: str | None


def read_headers(scope: Scope) -> tuple[str | None, list[bytes] | None]:
    """What admission looks at in one walk over the headers: the bearer token, and what the request prefers.

    The token is that of the one `Authorization: Bearer` header; None where there is none, or more than one.
    """
    found: bytes | None = None
    prefer: list[bytes] | None = None
    twice = False
    for name, value in scope["headers"]:
        if name == b"authorization":
            twice = found is not None
            found = value
        elif name == b"prefer":
            prefer = [value] if prefer is None else [*prefer, value]
    return None if found is None or twice else token_of(found), prefer


def admission_of(scope: Scope) -> Admission | None:
    """The admission that stands in a scope; Connexion hands it to handlers as the argument `admission`."""
    context = scope.get("extensions", {}).get(_CONTEXT)
    return None if context is None else context.get("admission")


class AdmissionOperation:
    """Refuses requests of one operation with 401, 429 or 403, or notes their admission in the scope.

    One that prefers an example gets that, if its key is valid; on one that is admitted, its sandbox's faults may act.
    """

    def __init__(self, next_app: ASGIApp, operation: Operation, *, gate: RequestGate) -> None:
        self.next_app = next_app
        self._operation, self._permission = operation
        self._admit = gate.admit
        self._prefer = gate.preferences.answer
        self._injected = gate.injection.around
        self._envelopes = gate.envelopes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request by its key and the permission that the contract says the operation requires."""
        notes = scope.get(RECORD)
        if notes is not None:
            notes.operation = self._operation
        token, prefer = read_headers(scope)
        if prefer is not None and (wanted := preference(prefer)) is not None:
            await self._prefer(self._operation, wanted, token, scope, send)
            return
        outcome = await self._admit(token, self._permission, notes)
        if isinstance(outcome, Refusal):
            await send_refusal(scope, send, self._envelopes.refusal(outcome))
            return
        scope["extensions"][_CONTEXT] = {"admission": outcome}
        if outcome.sandbox.faults:
            await self._injected(self.next_app, self._operation, outcome)(scope, receive, send)
            return
        await self.next_app(scope, receive, send)


class AdmissionMiddleware:
    """A layer of the operations above, by the operation that the routing has found."""

    def __init__(self, app: ASGIApp, *, gate: RequestGate, permissions: Mapping[str, str | None]) -> None:
        self.app = app
        self._gate = gate
        self._permissions = permissions

    def for_operation(self, operation_id: str, next_app: ASGIApp) -> ASGIApp:
        """The part for one operation, to be called directly."""
        operation = Operation(operation_id, self._permissions[operation_id])
        return AdmissionOperation(next_app, operation, gate=self._gate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit a request of an operation."""
        if scope["type"] == "http":
            operation_id = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
            await self.for_operation(operation_id, self.app)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
