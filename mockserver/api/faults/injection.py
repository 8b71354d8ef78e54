"""Lets the faults of a sandbox act on its requests, once these have been admitted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api.envelope import Envelopes, send_json
from mockserver.api.examples import Rows
from mockserver.api.faults.corruption import BufferedSend, Then, reset, send_corrupted, send_whole
from mockserver.api.faults.delay import DelayedRequest, Pause
from mockserver.domain.fault import Fault, FaultKind, FaultSubject
from mockserver.ports import Store
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service import faults
from mockserver.service.admission import Admission

_REALISTIC = "realistic"
_RULE = "fault"
_MAX_DELAY = 60_000
_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class Injection:
    """What it takes to let faults act. `pause` waits for so many seconds."""

    store: Store
    documented: Mapping[str, Rows]
    envelopes: Envelopes
    pause: Pause

    def around(self, app: ASGIApp, operation: str, admission: Admission) -> ASGIApp:
        """An application that answers an admitted request by `app`, unless a fault says otherwise."""

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            asked = FaultSubject(operation, admission.key, frozenset(scope["path_params"].values()))
            if not any(fault.matches(asked) for fault in admission.sandbox.faults):
                await app(scope, receive, send)
                return
            turn = await faults.take(self.store, admission.sandbox.id, asked)
            suffering = _FaultedRequest(
                self, operation, admission.sandbox.id, scope, DelayedRequest(receive, self.pause), send
            )
            await suffering.run(turn.delays, turn.effect, app)

        return run


@dataclass(frozen=True, slots=True)
class _FaultedRequest:
    """One request, and what is done to it."""

    injection: Injection
    operation: str
    sandbox_id: str
    scope: Scope
    held: DelayedRequest
    send: Send

    async def run(self, delays: Iterable[Fault], effect: Fault | None, app: ASGIApp) -> None:
        early = effect is not None and not effect.acts_after_effect
        acting = [*delays, *([effect] if effect is not None and early else [])]
        self._note(acting)
        if not await self.held.hold(min(sum(fault.delay for fault in acting), _MAX_DELAY)):
            return
        if effect is None:
            await app(self.scope, self.held.receive, self.send)
        elif not early:
            if await self.held.read_ahead():  # what breaks behind the effect could not be refused any more
                await app(self.scope, self.held.receive, BufferedSend(self._after(effect)))
        elif effect.kind is FaultKind.RESET_BEFORE:
            await self.held.read()
            await reset(self.send, self.scope, self.injection.envelopes, effect.id)
        else:
            await self._answer(effect)

    def _after(self, fault: Fault) -> Then:
        async def act(start: Message, content: bytes) -> None:
            accepted = start["status"] in _ACCEPTED
            if not accepted or not await faults.claim(self.injection.store, self.sandbox_id, fault.id):
                await send_whole(self.send, start, content)
                return
            self._note([fault])
            if not await self.held.hold(fault.delay):
                return
            if fault.kind is FaultKind.RESET_AFTER:
                await reset(self.send, self.scope, self.injection.envelopes, fault.id)
            else:
                await send_corrupted(fault.kind, self.send, start, content, self.scope)

        return act

    async def _answer(self, fault: Fault) -> None:
        """Answer a documented error in the server's place."""
        status = fault.status or 0
        row = self.injection.documented[self.operation][status]
        hint = f"DELETE /_mock/sandboxes/{self.sandbox_id}/faults/{fault.id} removes it."
        message = f"{row.description}: the fault {fault.id} of this sandbox answers so, and nothing was changed. {hint}"
        code = row.examples[_REALISTIC]["error"]["code"]
        body = self.injection.envelopes.failure(code, message, {"rule": _RULE, "faultId": fault.id, "hint": hint})
        later = () if fault.retry_after is None else ((b"retry-after", b"%d" % fault.retry_after),)

        async def spoil(start: Message, content: bytes) -> None:
            await send_corrupted(fault.kind, self.send, start, content, self.scope)

        await send_json(BufferedSend(spoil), body, status, later)

    def _note(self, acting: Iterable[Fault]) -> None:
        notes: RequestRecord | None = self.scope.get(RECORD)
        if notes is not None:
            notes.faults = [*notes.faults, *(fault.id for fault in acting)]
            notes.rule = _RULE if any(fault.status is not None for fault in acting) else notes.rule
