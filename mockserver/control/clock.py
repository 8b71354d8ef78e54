"""The handlers of operations on a sandbox's clock."""

from dataclasses import replace

from mockserver.api.operations import operation
from mockserver.control import views
from mockserver.control.errors import ControlError
from mockserver.control.instants import LAST, instant
from mockserver.control.responses import Body, Response
from mockserver.domain.instant import END, iso
from mockserver.service import clocks
from mockserver.service.clocks import Advance
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import UnitOfWork

_SECOND = 1_000


class ClockHandlers:
    """The handlers of operations on a sandbox's clock."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    @operation("getClock")
    async def get(self, sandbox_id: str) -> Response:
        """Read the clock."""
        inspected = await self._sandboxes.inspect(sandbox_id)
        return views.clock(inspected.sandbox.clock, inspected.now), 200

    @operation("setClock")
    async def put(self, sandbox_id: str, body: Body) -> Response:
        """Freeze the clock or let it run; 409 for an instant in the past."""
        if body["mode"] == "real":
            if "at" in body:
                raise ControlError(
                    400, "the body's at is only for the mode manual; a real clock continues from its time"
                )
            inspected = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.running(real))
        else:
            at = instant("at", body["at"]) if "at" in body else None
            try:
                inspected = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.frozen(real, at))
            except ValueError as error:
                hint = f"GET /_mock/sandboxes/{sandbox_id}/clock shows its time; a reset returns it to real time."
                raise ControlError(409, str(error), hint) from None
        return views.clock(inspected.sandbox.clock, inspected.now), 200

    @operation("advanceClock")
    async def advance(self, sandbox_id: str, body: Body) -> Response:
        """Advance the clock, and return the changed jobs and the events on the way; 409 beyond its last instant."""
        milliseconds = round(body.get("seconds", 0) * _SECOND) + int(body.get("milliseconds", 0))
        if milliseconds <= 0:
            raise ControlError(400, "the clock advances by at least one millisecond; the body asks for less")

        async def advance_clock(work: UnitOfWork) -> Advance:
            if work.now + milliseconds >= END:
                hint = f"POST /_mock/sandboxes/{sandbox_id}/reset returns it to real time."
                raise ControlError(409, f"the clock goes up to {LAST}; this is later", hint)
            return await clocks.advance(work, milliseconds)

        advance = await self._sandboxes.work(sandbox_id, advance_clock)
        events = [{"at": iso(event.at), "event": event.kind.value, **event.details} for event in advance.events]
        return {**views.clock(advance.clock, advance.now), "changes": _job_changes(advance), "events": events}, 200


def _job_changes(advance: Advance) -> list[Body]:
    return [
        {"jobId": before.job.id, "from": before.status.value, "to": after.status.value}
        for before in advance.jobs
        if (after := replace(before, now=advance.now)).status is not before.status
    ]
