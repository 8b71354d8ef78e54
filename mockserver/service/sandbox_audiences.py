"""The list of all audiences of a sandbox, with those that the guard hides; it may be filtered, and read in pages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.service.lookups import OpenJobs
from mockserver.service.transactions import UnitOfWork

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ListedAudience:
    """An audience with its current number of prospects, and the active job that populates it."""

    audience: Audience
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The audiences that are wanted.

    Attributes:
        text: A part of the name or of the identifier, in any case of letters.
        ready: Whether the guard permits their use; None for both.
        offset: The number of matching audiences to leave out.
        limit: The maximum number of audiences; None for all.
    """

    text: str = ""
    ready: bool | None = None
    offset: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ListedAudiences:
    """A part of the list; `more`: further audiences match."""

    audiences: Sequence[ListedAudience]
    folders: Sequence[Folder]
    more: bool


async def list_audiences(work: UnitOfWork, wanted: Wanted) -> ListedAudiences:
    """Return audiences of the sandbox, newest first within each account group, and all folders."""
    end = None if wanted.limit is None else wanted.offset + wanted.limit
    groups = await work.transaction.account_groups()
    folders = [folder for group in groups for folder in await work.transaction.folders(group.id)]
    matching: list[ListedAudience] = []
    index = 0
    async for listed in _matching(work, groups, wanted):
        if index == end:
            return ListedAudiences(matching, folders, more=True)
        if index >= wanted.offset:
            matching.append(listed)
        index += 1
    return ListedAudiences(matching, folders, more=False)


async def _matching(work: UnitOfWork, groups: Sequence[AccountGroup], wanted: Wanted) -> AsyncIterator[ListedAudience]:
    text = wanted.text.casefold()
    for group in groups:
        open_jobs = await work.transaction.open_jobs(group.id)
        counts = OpenJobs(open_jobs, work.now)
        active = {job.audience_id: job.id for job in reversed(open_jobs) if job.is_active(work.now)}
        async for audience in _all(work, group.id, None if wanted.limit is None else _BATCH):
            if _matches(audience, text, wanted.ready, active):
                yield ListedAudience(counts.counted(audience), active.get(audience.id))


async def _all(work: UnitOfWork, group_id: str, batch: int | None) -> AsyncIterator[Audience]:
    """Yield the audiences of an account group, in batches where not all of them may be needed."""
    before: int | None = None
    while True:
        audiences = await work.transaction.audiences(group_id, before=before, limit=batch)
        for audience in audiences:
            yield audience
        if batch is None or len(audiences) < batch:
            return
        before = audiences[-1].serial


def _matches(audience: Audience, text: str, ready: bool | None, active: Mapping[str, str]) -> bool:  # noqa: FBT001  (a filter)
    is_found = text == "" or text in audience.name.casefold() or text in audience.id
    return is_found and (ready is None or ready is (audience.id not in active))
