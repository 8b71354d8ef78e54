"""What the vendor's API does with prospecting jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.job import Ending, Job, JobStatus, Pace, Progression
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.domain.replay import REPLAY_LIFETIME, Replay
from mockserver.domain.source import JobRequest
from mockserver.service.audiences import not_found
from mockserver.service.listing import Listing, Page
from mockserver.service.transactions import GroupUnitOfWork, UnitOfWork

MAX_ACTIVE = 5


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job as it is at an instant."""

    job: Job
    now: int

    @property
    def status(self) -> JobStatus:
        """Its status then."""
        return self.job.status_at(self.now)

    @property
    def moves_when_read(self) -> bool:
        """Whether a reading of its status moves it on."""
        return self.job.progression.pace is Pace.POLLS and self.job.is_active(self.now)


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a start request the same when it is repeated: its Idempotency-Key, and a digest of its body."""

    key: str
    fingerprint: str


async def start(work: GroupUnitOfWork, request: JobRequest, identity: Identity | None) -> SeenJob | Refusal:
    """Start a job and make the audience that it populates (P1), or answer the job that this request has started."""
    replay = await _replay(work, identity)
    if replay is not None:
        return replay
    account_group = await settle(work, work.account_group_id)
    if account_group is None:
        return not_found("account group", work.account_group_id)
    requested = request.requested(account_group.plan.max_results)
    refusal = await _refusal(work, account_group, requested * request.price)
    if refusal is not None:
        return refusal
    job = await _begin(work, request, requested)
    if identity is not None:
        expires_at = work.now + REPLAY_LIFETIME
        await work.transaction.save_replay(
            Replay(work.account_group_id, identity.key, identity.fingerprint, job.id, expires_at)
        )
    return SeenJob(job, work.now)


async def _replay(work: GroupUnitOfWork, identity: Identity | None) -> SeenJob | Refusal | None:
    if identity is None:
        return None
    first = await work.transaction.replay(work.account_group_id, identity.key)
    if first is None or work.now >= first.expires_at:
        return None
    job = await work.transaction.job(first.job_id)
    if job is not None and first.fingerprint == identity.fingerprint:
        return SeenJob(job, work.now)
    return refused(
        Reason.IDEMPOTENCY_CONFLICT,
        f"This Idempotency-Key was used for another request body, which started job {first.job_id}.",
        "Repeat a request with its own key and body, and use a new key for a new request.",
        jobId=first.job_id,
    )


async def _refusal(work: GroupUnitOfWork, account_group: AccountGroup, cost: int) -> Refusal | None:
    """409 where too many jobs are active, 402 where the credits that are not spoken for do not suffice."""
    active = [job for job in await work.transaction.open_jobs(account_group.id) if job.is_active(work.now)]
    if len(active) >= MAX_ACTIVE:
        return refused(
            Reason.CONFLICT,
            f"Account group {account_group.id} has {len(active)} active prospecting jobs, and more are not allowed.",
            "Wait until one has ended, or cancel one.",
            activeJobIds=[job.id for job in active],
            limit=MAX_ACTIVE,
        )
    spoken_for = sum(job.requested * job.price for job in active)
    left = 0 if account_group.credits_exhausted else account_group.credits - spoken_for
    if cost > left:
        return refused(
            Reason.INSUFFICIENT_CREDITS,
            f"Insufficient credits: the job may cost {cost}, and account group {account_group.id} has {max(0, left)} "
            "left beside what its active jobs may cost.",
            "Ask for fewer prospects (maxResults), or leave searchEmails out.",
            needed=cost,
            left=max(0, left),
        )
    return None


async def _begin(work: GroupUnitOfWork, request: JobRequest, requested: int) -> Job:
    audience_id, serial = await work.fresh_id()
    audience = Audience(
        audience_id,
        serial,
        work.account_group_id,
        request.name,
        request.source.value,
        None,
        None,
        0,
        work.now,
        request.urls,
    )
    await work.transaction.save_audience(audience)
    return await populate(work, audience, requested, request.price, work.sandbox.progression)


async def populate(work: UnitOfWork, audience: Audience, requested: int, price: int, progression: Progression) -> Job:
    """Put a new job on an audience: `requested` prospects at `price` credits each."""
    job_id, serial = await work.fresh_id()
    job = Job(job_id, serial, audience.account_group_id, audience.id, requested, price, work.now, progression)
    await work.transaction.save_job(job)
    return job


async def settle(work: UnitOfWork, account_group_id: str) -> AccountGroup | None:
    """Put on record the endings that time has brought: prospects to the audiences, costs to the account group."""
    for job in await work.transaction.open_jobs(account_group_id):
        ending = job.ending_at(work.now)
        if ending is not None:
            await end(work, job, ending)
    return await work.transaction.account_group(account_group_id)


async def end(work: UnitOfWork, job: Job, ending: Ending) -> Job:
    """Put an ending on record: what was imported by then is the audience's, and is paid for."""
    ended = replace(job, ending=ending)
    imported = ended.imported_at(work.now)
    await work.transaction.save_job(ended)
    audience = await work.transaction.audience(job.account_group_id, job.audience_id)
    if audience is not None:
        await work.transaction.save_audience(replace(audience, prospect_count=audience.prospect_count + imported))
    account_group = await work.transaction.account_group(job.account_group_id)
    if account_group is not None:
        credits_left = account_group.credits - imported * job.price
        await work.transaction.save_account_group(replace(account_group, credits=credits_left))
    return ended


async def look(work: GroupUnitOfWork, job_id: str) -> SeenJob | Refusal:
    """One job (P2), as it is."""
    job = await find(work, job_id)
    return job if isinstance(job, Refusal) else SeenJob(job, work.now)


async def get(work: GroupUnitOfWork, job_id: str) -> SeenJob | Refusal:
    """One job (P2); a reading moves on a job whose pace is readings."""
    job = await find(work, job_id)
    if isinstance(job, Refusal):
        return job
    if SeenJob(job, work.now).moves_when_read:
        job = replace(job, polled=job.polled + 1)
        await work.transaction.save_job(job)
        ending = job.ending_at(work.now)
        job = job if ending is None else await end(work, job, ending)
    return SeenJob(job, work.now)


async def find(work: GroupUnitOfWork, job_id: str) -> Job | Refusal:
    """The job, where it is in the account group."""
    job = await work.transaction.job(job_id)
    if job is None or job.account_group_id != work.account_group_id:
        return not_found("job", job_id)
    return job


async def page(work: GroupUnitOfWork, after: str | None, limit: int, status: str | None) -> Page[SeenJob] | Refusal:
    """Jobs of the account group (P3), all or those in one status."""
    listing = Listing(work.sandbox.secret, f"jobs/{work.account_group_id}/{status or ''}", limit)
    before = listing.start(after)
    if isinstance(before, Refusal):
        return before

    async def fetch(before: int | None, limit: int) -> Sequence[Job]:
        if status is None:
            return await work.transaction.jobs(work.account_group_id, before=before, limit=limit)
        return await _in_status(work, JobStatus(status), before, limit)

    found = await listing.page(before, fetch, lambda _: True)
    return Page([SeenJob(job, work.now) for job in found.items], found.next_cursor)


async def _in_status(work: GroupUnitOfWork, status: JobStatus, before: int | None, limit: int) -> Sequence[Job]:
    """Jobs in a status: those that time has brought there, and those that are on record with it."""
    opened = await work.transaction.open_jobs(work.account_group_id)
    found = [job for job in opened if job.status_at(work.now) is status and (before is None or job.serial < before)]
    if not status.is_active:
        found += await work.transaction.jobs(work.account_group_id, before=before, limit=limit, outcome=status)
    return sorted(found, key=lambda job: job.serial, reverse=True)[:limit]


async def cancel(work: GroupUnitOfWork, job_id: str) -> SeenJob | Refusal:
    """Cancel a job (P4): "Completed or failed jobs return 422 VALIDATION_ERROR"; so do cancelled ones (our choice)."""
    job = await find(work, job_id)
    if isinstance(job, Refusal):
        return job
    status = job.status_at(work.now)
    if not status.is_active:
        return refused(
            Reason.NOT_CANCELLABLE,
            f"Job is not in a cancellable status: job {job.id} is {status}.",
            "Only queued or running jobs can be cancelled; there is nothing left to do for this one.",
            jobId=job.id,
            jobStatus=status.value,
        )
    ending = Ending(JobStatus.CANCELLED, work.now, job.progress_at(work.now))
    return SeenJob(await end(work, job, ending), work.now)
