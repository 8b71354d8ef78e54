"""The operations on a sandbox's clock."""

from dataclasses import replace

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.instants import LAST, instant
from mockserver.control.responses import Answer, Body
from mockserver.domain.instant import END, iso
from mockserver.service import clocks
from mockserver.service.clocks import Advance
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork

_SECOND = 1_000


class ClockHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getClock")
    async def get(self, sandbox_id: str) -> Answer:
        """Read the clock."""
        seen = await self._sandboxes.inspect(sandbox_id)
        return views.clock(seen.sandbox.clock, seen.now), 200

    @operation("setClock")
    async def put(self, sandbox_id: str, body: Body) -> Answer:
        """Stop the clock, or let it run; 409 for an instant that has passed."""
        if body["mode"] == "real":
            if "at" in body:
                raise ControlError(400, "the body's at goes with the mode manual; a clock runs on from where it is")
            seen = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.running(real))
        else:
            at = instant("at", body["at"]) if "at" in body else None
            try:
                seen = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.frozen(real, at))
            except ValueError as error:
                hint = f"GET /_mock/sandboxes/{sandbox_id}/clock tells its time; a reset puts it back to real time."
                raise ControlError(409, str(error), hint) from None
        return views.clock(seen.sandbox.clock, seen.now), 200

    @operation("advanceClock")
    async def advance(self, sandbox_id: str, body: Body) -> Answer:
        """Move the clock forward, and tell what has changed and happened by that; 409 past its last instant."""
        milliseconds = round(body.get("seconds", 0) * _SECOND) + int(body.get("milliseconds", 0))
        if milliseconds <= 0:
            raise ControlError(400, "the clock moves by at least one millisecond, and the body asks for less")

        async def move(work: UnitOfWork) -> Advance:
            if work.now + milliseconds >= END:
                hint = f"POST /_mock/sandboxes/{sandbox_id}/reset puts it back to real time."
                raise ControlError(409, f"the clock goes up to {LAST}, and not as far as this", hint)
            return await clocks.advance(work, milliseconds)

        moved = await self._sandboxes.work(sandbox_id, move)
        events = [{"at": iso(one.at), "event": one.happening.value, **one.details} for one in moved.events]
        return {**views.clock(moved.clock, moved.now), "changes": _changes(moved), "events": events}, 200


def _changes(moved: Advance) -> list[Body]:
    return [
        {"jobId": before.job.id, "from": before.status.value, "to": after.status.value}
        for before in moved.jobs
        if (after := replace(before, now=moved.now)).status is not before.status
    ]
