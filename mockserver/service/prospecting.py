"""The prospecting operations of the vendor's API."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.job import Ending, Job, JobStatus, Pace, Progression
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.domain.replay import REPLAY_LIFETIME, Replay
from mockserver.domain.source import JobRequest
from mockserver.service.listing import Listing, Page
from mockserver.service.lookups import not_found
from mockserver.service.transactions import GroupUnitOfWork, UnitOfWork

MAX_ACTIVE = 5


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job at an instant."""

    job: Job
    now: int

    @property
    def status(self) -> JobStatus:
        """The status at that instant."""
        return self.job.status_at(self.now)

    @property
    def moves_when_read(self) -> bool:
        """Whether a read of the status advances the job."""
        return self.job.progression.pace is Pace.POLLS and self.job.is_active(self.now)


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a start request: its Idempotency-Key, and a digest of its body."""

    key: str
    fingerprint: str


async def start(work: GroupUnitOfWork, request: JobRequest, identity: Identity | None) -> SeenJob | Refusal:
    """Start a job and create its audience (P1), or return the job that the same request has already started."""
    replayed = await _replay(work, identity)
    if replayed is not None:
        return replayed
    account_group = await settle(work, work.account_group_id)
    if account_group is None:
        return not_found("account group", work.account_group_id)
    requested = request.requested(account_group.plan.max_results)
    refusal = await _limit_refusal(work, account_group, requested * request.price)
    if refusal is not None:
        return refusal
    job = await _create_job(work, request, requested)
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


async def _limit_refusal(work: GroupUnitOfWork, account_group: AccountGroup, cost: int) -> Refusal | None:
    """Return a 409 if too many jobs are active, a 402 if the credits not reserved by active jobs do not suffice."""
    active = [job for job in await work.transaction.open_jobs(account_group.id) if job.is_active(work.now)]
    if len(active) >= MAX_ACTIVE:
        return refused(
            Reason.CONFLICT,
            f"Account group {account_group.id} has {len(active)} active prospecting jobs, and more are not allowed.",
            "Wait until one has ended, or cancel one.",
            activeJobIds=[job.id for job in active],
            limit=MAX_ACTIVE,
        )
    reserved = sum(job.requested * job.price for job in active)
    left = 0 if account_group.credits_exhausted else account_group.credits - reserved
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


async def _create_job(work: GroupUnitOfWork, request: JobRequest, requested: int) -> Job:
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
    """Create a job on an audience that imports `requested` prospects at `price` credits each."""
    job_id, serial = await work.fresh_id()
    job = Job(job_id, serial, audience.account_group_id, audience.id, requested, price, work.now, progression)
    await work.transaction.save_job(job)
    return job


async def settle(work: UnitOfWork, account_group_id: str) -> AccountGroup | None:
    """Record the ends of jobs that are due, with prospects and costs, and return the account group."""
    for job in await work.transaction.open_jobs(account_group_id):
        ending = job.ending_at(work.now)
        if ending is not None:
            await end(work, job, ending)
    return await work.transaction.account_group(account_group_id)


async def end(work: UnitOfWork, job: Job, ending: Ending) -> Job:
    """Record the end of a job: add the imported prospects to the audience, and charge the account group."""
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
    """Return a job (P2) without advancing it."""
    job = await find(work, job_id)
    return job if isinstance(job, Refusal) else SeenJob(job, work.now)


async def get(work: GroupUnitOfWork, job_id: str) -> SeenJob | Refusal:
    """Return a job (P2); the read advances a job with the pace `polls`."""
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
    """Return the job if it is in the account group, or the refusal."""
    job = await work.transaction.job(job_id)
    if job is None or job.account_group_id != work.account_group_id:
        return not_found("job", job_id)
    return job


async def page(work: GroupUnitOfWork, after: str | None, limit: int, status: str | None) -> Page[SeenJob] | Refusal:
    """Return a page of the account group's jobs (P3), all or those in one status, newest first."""
    listing = Listing(work.sandbox.secret, f"jobs/{work.account_group_id}/{status or ''}", limit)
    before = listing.start(after)
    if isinstance(before, Refusal):
        return before

    async def fetch(before: int | None, limit: int) -> Sequence[Job]:
        if status is None:
            return await work.transaction.jobs(work.account_group_id, before=before, limit=limit)
        return await _in_status(work, JobStatus(status), before, limit)

    jobs = await listing.page(before, fetch, lambda _: True)
    return Page([SeenJob(job, work.now) for job in jobs.items], jobs.next_cursor)


async def _in_status(work: GroupUnitOfWork, status: JobStatus, before: int | None, limit: int) -> Sequence[Job]:
    """Return jobs in a status: open jobs that have reached it in time, and jobs whose recorded end has it."""
    open_jobs = await work.transaction.open_jobs(work.account_group_id)
    jobs = [job for job in open_jobs if job.status_at(work.now) is status and (before is None or job.serial < before)]
    if not status.is_active:
        jobs += await work.transaction.jobs(work.account_group_id, before=before, limit=limit, outcome=status)
    return sorted(jobs, key=lambda job: job.serial, reverse=True)[:limit]


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
