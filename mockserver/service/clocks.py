"""The movement of a sandbox's clock, and the events that it causes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.clock_events import ClockedRecords, Event, events
from mockserver.domain.sandbox import SandboxClock
from mockserver.service import control_actions
from mockserver.service.prospecting import SeenJob
from mockserver.service.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class Advance:
    """A clock moved forward to `now`, the jobs before the move, and the events in between."""

    clock: SandboxClock
    now: int
    jobs: Sequence[SeenJob]
    events: Sequence[Event]


async def advance(work: UnitOfWork, milliseconds: int) -> Advance:
    """Move the sandbox's clock forward."""
    later = work.now + milliseconds
    clock = work.sandbox.clock.advanced(milliseconds)
    jobs = await control_actions.jobs(work)
    transaction = work.transaction
    records = ClockedRecords(
        [snapshot.job for snapshot in jobs],
        await transaction.api_keys(),
        await transaction.replays(),
        work.sandbox.limit,
    )
    await transaction.save_sandbox(replace(work.sandbox, clock=clock))
    return Advance(clock, later, jobs, events(records, work.now, later))
