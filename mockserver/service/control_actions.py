"""Actions and views of the control plane, beyond the permissions of the vendor's API: audiences, keys and jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.job import Ending, Job, JobStatus, Progression
from mockserver.domain.key import ApiKey
from mockserver.service import prospecting
from mockserver.service.audiences import counted
from mockserver.service.prospecting import SeenJob
from mockserver.service.seeding import DEFAULT_CREDITS
from mockserver.service.transactions import UnitOfWork

DEFAULT_REQUESTED = 25


class UnknownError(LookupError):
    """The sandbox has no such key, account group, audience or job; the message names it."""


class EndedError(ValueError):
    """A job that has ended cannot end or move again; the message says how it ended."""


@dataclass(frozen=True, slots=True)
class ListedAudience:
    """An audience with its current number of prospects; `ready`: the guard permits its use."""

    audience: Audience
    ready: bool


async def key(work: UnitOfWork, token: str) -> ApiKey:
    """The sandbox's key; UnknownError where it has none such."""
    found = await work.transaction.api_key(token)
    if found is None:
        raise UnknownError("this sandbox has no such API key")
    return found


async def add_key(
    work: UnitOfWork,
    permissions: frozenset[str],
    account_group_ids: frozenset[str] | None,
    *,
    name: str = "",
    revoked: bool = False,
) -> ApiKey:
    """Make a key, in an account group of its own where none is named; UnknownError where one named is not there."""
    if account_group_ids is None:
        account_group_ids = frozenset({(await add_account_group(work)).id})
    for group_id in account_group_ids:
        if await work.transaction.account_group(group_id) is None:
            raise UnknownError(f"this sandbox has no account group {group_id}")
    fresh, _ = await work.fresh_id()
    made = ApiKey(f"sk_test_{fresh}", name or f"key {fresh}", permissions, account_group_ids, revoked)
    await work.transaction.save_api_key(made)
    return made


async def add_account_group(work: UnitOfWork, plan: Plan = Plan.SCALE) -> AccountGroup:
    """Make an account group with a full purse."""
    group_id, serial = await work.fresh_id()
    group = AccountGroup(group_id, serial, f"Account group {group_id}", plan, DEFAULT_CREDITS, work.now)
    await work.transaction.save_account_group(group)
    return group


async def remove_key(work: UnitOfWork, token: str) -> None:
    """Remove a key, and each account group that no key is left on; nothing where the key is gone already."""
    gone = await work.transaction.api_key(token)
    if gone is None:
        return
    await work.transaction.remove_api_key(token)
    left = {group_id for other in await work.transaction.api_keys() for group_id in other.account_group_ids}
    for group_id in gone.account_group_ids - left:
        await work.transaction.remove_account_group(group_id)


async def list_audiences(work: UnitOfWork) -> Sequence[ListedAudience]:
    """Return all audiences of the sandbox, newest first within each account group."""
    listed = []
    for group in await work.transaction.account_groups():
        for audience in await work.transaction.audiences(group.id, before=None, limit=None):
            open_jobs = await work.transaction.open_jobs_on(audience.id)
            ready = not any(open_job.is_active(work.now) for open_job in open_jobs)
            listed.append(ListedAudience(await counted(work, audience), ready))
    return listed


async def add_audience(work: UnitOfWork, account_group_id: str, prospects: int, name: str = "") -> Audience:
    """Make an audience that is ready for use."""
    audience_id, serial = await work.fresh_id()
    audience = Audience(
        audience_id,
        serial,
        account_group_id,
        name or f"Audience {audience_id}",
        AudienceType.ON_DEMAND.value,
        None,
        None,
        prospects,
        work.now,
    )
    await work.transaction.save_audience(audience)
    return audience


async def start_job(
    work: UnitOfWork,
    account_group_id: str,
    audience_id: str,
    progression: Progression,
    requested: int = DEFAULT_REQUESTED,
) -> SeenJob:
    """Start a job on an audience that is there already; UnknownError where it is not."""
    await prospecting.settle(work, account_group_id)
    audience = await work.transaction.audience(account_group_id, audience_id)
    if audience is None:
        raise UnknownError(f"account group {account_group_id} has no audience {audience_id}")
    job = await prospecting.populate(work, audience, requested, 1, progression)
    return SeenJob(job, work.now)


async def job(work: UnitOfWork, job_id: str) -> Job:
    """The sandbox's job; UnknownError where it has none such."""
    found = await work.transaction.job(job_id)
    if found is None:
        raise UnknownError(f"this sandbox has no prospecting job {job_id}")
    return found


async def jobs(work: UnitOfWork) -> Sequence[SeenJob]:
    """All jobs of the sandbox, newest first within each account group."""
    groups = await work.transaction.account_groups()
    every = [await work.transaction.jobs(group.id, before=None, limit=None) for group in groups]
    return [SeenJob(one, work.now) for found in every for one in found]


async def set_progression(work: UnitOfWork, job_id: str, progression: Progression) -> SeenJob:
    """Change how an active job moves; one that the change ends has ended now. EndedError for one that ended before."""
    changed = replace(await _active(work, job_id), progression=progression)
    ending = changed.ending_at(work.now)
    if ending is not None:
        changed = await prospecting.end(work, changed, replace(ending, at=work.now))
    else:
        await work.transaction.save_job(changed)
    return SeenJob(changed, work.now)


async def end_job(work: UnitOfWork, job_id: str, outcome: JobStatus, progress: float | None = None) -> SeenJob:
    """End an active job: with all its prospects where it completes, else with those that it has by now.

    `progress`: the share of its work that is done by then, 0 to 1, where it is not to be that.
    """
    found = await _active(work, job_id)
    if progress is None:
        progress = 1.0 if outcome is JobStatus.COMPLETED else found.progress_at(work.now)
    ended = await prospecting.end(work, found, Ending(outcome, work.now, progress))
    return SeenJob(ended, work.now)


async def _active(work: UnitOfWork, job_id: str) -> Job:
    found = await job(work, job_id)
    status = found.status_at(work.now)
    if not status.is_active:
        raise EndedError(f"prospecting job {job_id} is {status} already")
    return found
