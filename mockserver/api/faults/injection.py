"""The injection of a sandbox's faults into its admitted requests."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.api.envelope import Envelopes, send_json
from mockserver.api.examples import Rows
from mockserver.api.faults.corruption import BufferedSend, Then, reset, send_corrupted, send_whole
from mockserver.api.faults.delay import DelayedRequest, Pause
from mockserver.api.faults.resending import Resending
from mockserver.domain.fault import Fault, FaultKind, FaultSubject
from mockserver.ports import Clock, Store
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service import faults
from mockserver.service.admission import Admission

_REALISTIC = "realistic"
_RULE = "fault"
_MAX_DELAY = 60_000
_ACCEPTED = range(200, 300)


@dataclass(frozen=True, slots=True)
class Injection:
    """The collaborators of fault injection.

    Attributes:
        store: The store that counts the uses of faults.
        documented: The response rows of each operation.
        envelopes: The envelopes of injected errors.
        pause: A coroutine function that waits for a number of seconds.
        clock: The real clock.
    """

    store: Store
    documented: Mapping[str, Rows]
    envelopes: Envelopes
    pause: Pause
    clock: Clock

    def around(self, app: ASGIApp, operation: str, admission: Admission) -> ASGIApp:
        """Return an application that passes an admitted request to `app`, with the matching faults acting on it."""

        async def run(scope: Scope, receive: Receive, send: Send) -> None:
            subject = FaultSubject(operation, admission.key, frozenset(scope["path_params"].values()))
            sandbox = admission.sandbox
            if not any(fault.matches(subject) for fault in sandbox.faults):
                await app(scope, receive, send)
                return
            resending = Resending(self.store, self.clock, sandbox.id, scope, admission.key.token)
            delayed = DelayedRequest(receive, self.pause)
            request = _FaultedRequest(self, operation, sandbox.id, scope, delayed, resending, send)
            if resending.is_possible(sandbox.faults) and await request.is_reset_again(sandbox.faults):
                return
            decision = await faults.take(self.store, sandbox.id, subject)
            await request.run(decision.delays, decision.effect, app)

        return run


@dataclass(frozen=True, slots=True)
class _FaultedRequest:
    """A request on which faults act."""

    injection: Injection
    operation: str
    sandbox_id: str
    scope: Scope
    delayed: DelayedRequest
    resending: Resending
    send: Send

    async def is_reset_again(self, stored: tuple[Fault, ...]) -> bool:
        """Reset a request that the user agent has sent again by itself; return False for any other request."""
        if not await self.delayed.read_ahead():
            return True
        fault = await self.resending.awaiting_fault(stored, self.delayed.body)
        if fault is not None:
            await reset(self.send, self.scope, self.injection.envelopes, fault.id)
        return fault is not None

    async def run(self, delays: Iterable[Fault], effect: Fault | None, app: ASGIApp) -> None:
        acts_before = effect is not None and not effect.acts_after_effect
        acting = [*delays, *([effect] if effect is not None and acts_before else [])]
        self._record(acting)
        if not await self.delayed.hold(min(sum(fault.delay for fault in acting), _MAX_DELAY)):
            return
        if effect is None:
            await app(self.scope, self.delayed.receive, self.send)
        elif not acts_before:
            if await self.delayed.read_ahead():  # a body that breaks after the effect could not be refused any more
                body = self.delayed.body
                await app(self.scope, self.delayed.receive, BufferedSend(self._act_on_response(effect, body)))
        elif effect.kind is FaultKind.RESET_BEFORE:
            await self.delayed.read_ahead()  # the journal shows what the client has sent
            await self._reset(effect, self.delayed.body)
        else:
            await self._send_error(effect)

    def _act_on_response(self, fault: Fault, body: bytes) -> Then:
        async def act(start: Message, content: bytes) -> None:
            is_accepted = start["status"] in _ACCEPTED
            if not is_accepted or not await faults.claim(self.injection.store, self.sandbox_id, fault.id):
                await send_whole(self.send, start, content)
                return
            self._record([fault])
            if not await self.delayed.hold(fault.delay):
                return
            if fault.kind is FaultKind.RESET_AFTER:
                await self._reset(fault, body)
            else:
                await send_corrupted(fault.kind, self.send, start, content, self.scope)

        return act

    async def _reset(self, fault: Fault, body: bytes) -> None:
        await self.resending.expect(fault, body)
        await reset(self.send, self.scope, self.injection.envelopes, fault.id)

    async def _send_error(self, fault: Fault) -> None:
        """Send a documented error in place of the operation's response."""
        status = fault.status or 0
        row = self.injection.documented[self.operation][status]
        hint = f"DELETE /_mock/sandboxes/{self.sandbox_id}/faults/{fault.id} removes it."
        message = f"{row.description}: injected by the fault {fault.id} of this sandbox; nothing was changed. {hint}"
        code = row.examples[_REALISTIC]["error"]["code"]
        body = self.injection.envelopes.failure(code, message, {"rule": _RULE, "faultId": fault.id, "hint": hint})
        headers = () if fault.retry_after is None else ((b"retry-after", b"%d" % fault.retry_after),)

        async def send_corrupted_error(start: Message, content: bytes) -> None:
            await send_corrupted(fault.kind, self.send, start, content, self.scope)

        await send_json(BufferedSend(send_corrupted_error), body, status, headers)

    def _record(self, acting: Iterable[Fault]) -> None:
        record: RequestRecord | None = self.scope.get(RECORD)
        if record is not None:
            record.faults = [*record.faults, *(fault.id for fault in acting)]
            record.rule = _RULE if any(fault.status is not None for fault in acting) else record.rule
