"""Lookups that several use cases share: the generic 404, and the open jobs of an account group."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mockserver.domain.audience import Audience
from mockserver.domain.job import Job
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.service.transactions import GroupUnitOfWork


def not_found(kind: str, identifier: str) -> Refusal:
    """Return the refusal for a resource outside the account group: foreign, deleted and unknown ones look alike."""
    return refused(
        Reason.NOT_FOUND,
        f"Resource not found: there is no {kind} {identifier} in this account group (any more).",
        "List what there is, and use an identifier from there.",
        resource=kind,
        id=identifier,
    )


class OpenJobs:
    """Jobs without a recorded end, at an instant.

    Attributes:
        populated: The ids of the audiences that these jobs populate; the list and the navigation hide them.
    """

    def __init__(self, jobs: Iterable[Job], now: int) -> None:
        self.populated: set[str] = set()
        self._imported: Counter[str] = Counter()
        for job in jobs:
            self._imported[job.audience_id] += job.imported_at(now)
            if job.is_active(now):
                self.populated.add(job.audience_id)

    def counted(self, audience: Audience) -> Audience:
        """Return the audience with the prospects of its open jobs counted."""
        imported = self._imported[audience.id] if self._imported else 0
        return replace(audience, prospect_count=audience.prospect_count + imported) if imported else audience

    def ready(self, audiences: Sequence[Audience]) -> Sequence[Audience]:
        """Return the audiences that no open job populates, with their prospects counted."""
        if not self._imported:  # of ten thousand audiences, none needs a look
            return audiences
        return [self.counted(audience) for audience in audiences if audience.id not in self.populated]


async def open_jobs(work: GroupUnitOfWork) -> OpenJobs:
    """Return the jobs of the account group without a recorded end."""
    return OpenJobs(await work.transaction.open_jobs(work.account_group_id), work.now)
