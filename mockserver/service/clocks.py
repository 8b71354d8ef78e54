"""A sandbox's clock is moved, and everything that goes by it with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.clock_events import ClockedRecords, Event, events
from mockserver.domain.sandbox import SandboxClock
from mockserver.service import control_actions
from mockserver.service.prospecting import SeenJob
from mockserver.service.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class Advance:
    """A clock that has been moved to `now`, the jobs as they were before, and what happened on the way."""

    clock: SandboxClock
    now: int
    jobs: Sequence[SeenJob]
    events: Sequence[Event]


async def advance(work: UnitOfWork, milliseconds: int) -> Advance:
    """Move the clock forward."""
    later = work.now + milliseconds
    clock = work.sandbox.clock.advanced(milliseconds)
    jobs = await control_actions.jobs(work)
    transaction = work.transaction
    records = ClockedRecords(
        [seen.job for seen in jobs],
        await transaction.api_keys(),
        await transaction.replays(),
        work.sandbox.limit,
    )
    await transaction.save_sandbox(replace(work.sandbox, clock=clock))
    return Advance(clock, later, jobs, events(records, work.now, later))
