"""What only a test may see: audiences whether they are ready or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from mockserver.domain.audience import Audience
from mockserver.service.audiences import counted
from mockserver.service.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class SeenAudience:
    """An audience with the prospects that it has by now, and whether the guard lets it be used."""

    audience: Audience
    ready: bool


async def audiences(work: UnitOfWork) -> Sequence[SeenAudience]:
    """All audiences of the sandbox, newest first within each account group."""
    found = []
    for group in await work.transaction.account_groups():
        for audience in await work.transaction.audiences(group.id, before=None, limit=None):
            jobs = await work.transaction.open_jobs_on(audience.id)
            ready = not any(job.is_active(work.now) for job in jobs)
            found.append(SeenAudience(await counted(work, audience), ready))
    return found
