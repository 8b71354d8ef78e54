"""The operations on a sandbox's clock."""

from collections.abc import Sequence
from dataclasses import replace

from mockserver.control import views
from mockserver.control.answers import Answer, Body, Operations
from mockserver.control.errors import ControlError
from mockserver.domain.instant import iso, parse
from mockserver.service import steering
from mockserver.service.prospecting import SeenJob
from mockserver.service.sandboxes import Sandboxes
from mockserver.service.transactions import Work

_YEAR_9000 = 221_845_392_000_000  # no date is written after 9999; this leaves room for what lasts
_SECOND = 1_000


class ClockHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes

    def operations(self) -> Operations:
        """The methods by operationId."""
        return {"getClock": self.get, "setClock": self.put, "advanceClock": self.advance}

    async def get(self, sandbox_id: str) -> Answer:
        """Read the clock."""
        seen = await self._sandboxes.inspect(sandbox_id)
        return views.clock(seen.sandbox.clock, seen.now), 200

    async def put(self, sandbox_id: str, body: Body) -> Answer:
        """Stop the clock, or let it run; 409 for an instant that has passed."""
        if body["mode"] == "real":
            if "at" in body:
                raise ControlError(400, "the body's at goes with the mode manual; a clock runs on from where it is")
            seen = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.running(real))
        else:
            at = _instant(body["at"]) if "at" in body else None
            try:
                seen = await self._sandboxes.set_clock(sandbox_id, lambda clock, real: clock.frozen(real, at))
            except ValueError as error:
                hint = f"GET /_mock/sandboxes/{sandbox_id}/clock tells its time; a reset puts it back to real time."
                raise ControlError(409, str(error), hint) from None
        return views.clock(seen.sandbox.clock, seen.now), 200

    async def advance(self, sandbox_id: str, body: Body) -> Answer:
        """Move the clock forward, and tell which jobs have changed by that."""
        milliseconds = round(body.get("seconds", 0) * _SECOND) + int(body.get("milliseconds", 0))
        if milliseconds <= 0:
            raise ControlError(400, "the clock moves by at least one millisecond, and the body asks for less")

        async def move(work: Work) -> Body:
            later = work.now + milliseconds
            _ensure_writable(later)
            clock = work.sandbox.clock.advanced(milliseconds)
            jobs = await steering.jobs(work)
            await work.transaction.save_sandbox(replace(work.sandbox, clock=clock))
            return {**views.clock(clock, later), "changes": _changes(jobs, later)}

        return await self._sandboxes.work(sandbox_id, move), 200


def _changes(jobs: Sequence[SeenJob], later: int) -> list[Body]:
    return [
        {"jobId": before.job.id, "from": before.status.value, "to": after.status.value}
        for before in jobs
        if (after := replace(before, now=later)).status is not before.status
    ]


def _instant(text: str) -> int:
    try:
        instant = parse(text)
    except (ValueError, OverflowError) as error:
        hint = "Write it like 2026-04-28T15:30:00.000Z."
        raise ControlError(400, f"the body's at is not an instant: {error}", hint) from None
    _ensure_writable(instant)
    return instant


def _ensure_writable(instant: int) -> None:
    if instant >= _YEAR_9000:
        raise ControlError(400, f"the clock goes up to {iso(_YEAR_9000 - 1)}, and not as far as this")
