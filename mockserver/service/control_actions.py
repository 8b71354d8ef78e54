"""Actions and views of the control plane, beyond the permissions of the vendor's API: audiences, keys and jobs."""

from collections.abc import Sequence
from dataclasses import replace

from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.job import Ending, Job, JobStatus, Progression
from mockserver.domain.key import ApiKey
from mockserver.service import prospecting
from mockserver.service.prospecting import SeenJob
from mockserver.service.seeding import DEFAULT_CREDITS
from mockserver.service.transactions import UnitOfWork

DEFAULT_REQUESTED = 25


class UnknownError(LookupError):
    """A key, account group, audience or job that the sandbox does not have; the message names it."""


class EndedError(ValueError):
    """A change of a job that has ended; the message says how it ended."""


async def key(work: UnitOfWork, token: str) -> ApiKey:
    """Return a key of the sandbox; UnknownError if the sandbox does not have it."""
    record = await work.transaction.api_key(token)
    if record is None:
        raise UnknownError("this sandbox has no such API key")
    return record


async def add_key(
    work: UnitOfWork,
    permissions: frozenset[str],
    account_group_ids: frozenset[str] | None,
    *,
    name: str = "",
    revoked: bool = False,
) -> ApiKey:
    """Create a key.

    Args:
        work: The unit of work.
        permissions: The permissions of the key.
        account_group_ids: Its account groups; None for a new one.
        name: Its name; a generated one if empty.
        revoked: Whether it is revoked from the start.

    Raises:
        UnknownError: The sandbox does not have one of the account groups.
    """
    if account_group_ids is None:
        account_group_ids = frozenset({(await add_account_group(work)).id})
    for group_id in account_group_ids:
        if await work.transaction.account_group(group_id) is None:
            raise UnknownError(f"this sandbox has no account group {group_id}")
    fresh, _ = await work.fresh_id()
    created = ApiKey(f"sk_test_{fresh}", name or f"key {fresh}", permissions, account_group_ids, revoked)
    await work.transaction.save_api_key(created)
    return created


async def add_account_group(work: UnitOfWork, plan: Plan = Plan.SCALE) -> AccountGroup:
    """Create an account group with the default credits."""
    group_id, serial = await work.fresh_id()
    group = AccountGroup(group_id, serial, f"Account group {group_id}", plan, DEFAULT_CREDITS, work.now)
    await work.transaction.save_account_group(group)
    return group


async def remove_key(work: UnitOfWork, token: str) -> None:
    """Remove a key and the account groups that no other key has; do nothing if the key does not exist."""
    removed = await work.transaction.api_key(token)
    if removed is None:
        return
    await work.transaction.remove_api_key(token)
    still_used = {group_id for other in await work.transaction.api_keys() for group_id in other.account_group_ids}
    for group_id in removed.account_group_ids - still_used:
        await work.transaction.remove_account_group(group_id)


async def add_audience(work: UnitOfWork, account_group_id: str, prospects: int, name: str = "") -> Audience:
    """Create an audience that is ready for use."""
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
    """Start a job on an existing audience.

    Raises:
        UnknownError: The account group does not have the audience.
    """
    await prospecting.settle(work, account_group_id)
    audience = await work.transaction.audience(account_group_id, audience_id)
    if audience is None:
        raise UnknownError(f"account group {account_group_id} has no audience {audience_id}")
    started = await prospecting.populate(work, audience, requested, 1, progression)
    return SeenJob(started, work.now)


async def job(work: UnitOfWork, job_id: str) -> Job:
    """Return a job of the sandbox; UnknownError if the sandbox does not have it."""
    record = await work.transaction.job(job_id)
    if record is None:
        raise UnknownError(f"this sandbox has no prospecting job {job_id}")
    return record


async def jobs(work: UnitOfWork) -> Sequence[SeenJob]:
    """Return all jobs of the sandbox, newest first within each account group."""
    groups = await work.transaction.account_groups()
    jobs_by_group = [await work.transaction.jobs(group.id, before=None, limit=None) for group in groups]
    return [SeenJob(record, work.now) for records in jobs_by_group for record in records]


async def set_progression(work: UnitOfWork, job_id: str, progression: Progression) -> SeenJob:
    """Change the progression of an active job; a job whose new progression is already over ends now.

    Raises:
        EndedError: The job has already ended.
    """
    changed = replace(await _active_job(work, job_id), progression=progression)
    ending = changed.ending_at(work.now)
    if ending is not None:
        changed = await prospecting.end(work, changed, replace(ending, at=work.now))
    else:
        await work.transaction.save_job(changed)
    return SeenJob(changed, work.now)


async def end_job(work: UnitOfWork, job_id: str, outcome: JobStatus, progress: float | None = None) -> SeenJob:
    """End an active job.

    Args:
        work: The unit of work.
        job_id: The id of the job.
        outcome: Its final status.
        progress: The final progress, from 0 to 1; by default 1 for a completed job, else the current progress.

    Raises:
        EndedError: The job has already ended.
    """
    active = await _active_job(work, job_id)
    if progress is None:
        progress = 1.0 if outcome is JobStatus.COMPLETED else active.progress_at(work.now)
    ended = await prospecting.end(work, active, Ending(outcome, work.now, progress))
    return SeenJob(ended, work.now)


async def _active_job(work: UnitOfWork, job_id: str) -> Job:
    record = await job(work, job_id)
    status = record.status_at(work.now)
    if not status.is_active:
        raise EndedError(f"prospecting job {job_id} is {status} already")
    return record
