"""The prospecting guard: the only place that says 409 AUDIENCE_NOT_READY.

"Active prospecting must finish before an audience can be deleted. Protected audiences return 409 AUDIENCE_NOT_READY."
The pages A3, A4, A5, A7, A10 and A11 state the same guard.
"""

from collections.abc import Iterable

from mockserver.domain.audience import Audience
from mockserver.domain.instant import iso
from mockserver.domain.job import Job, JobStatus, Pace
from mockserver.domain.refusal import Reason, Refusal, refused


def not_ready(audience: Audience, jobs: Iterable[Job], now: int, sandbox_id: str) -> Refusal | None:
    """Refuse while an active job populates the audience; None once it may be used."""
    for job in jobs:
        status = job.status_at(now)
        if status.is_active:
            return _not_ready(audience, job, status, sandbox_id)
    return None


def _not_ready(audience: Audience, job: Job, status: JobStatus, sandbox_id: str) -> Refusal:
    cancel = f"POST /v1/accounts/{audience.account_group_id}/prospecting/{job.id}/cancel"
    end = f"POST /_mock/sandboxes/{sandbox_id}/jobs/{job.id}/end"
    details: dict[str, object] = {"jobId": job.id, "jobStatus": status.value, "cancel": cancel, "end": end}
    wait = "it has ended"
    if job.progression.pace is Pace.TIME:
        details["readyAt"] = wait = iso(job.created_at + job.progression.duration)
    return refused(
        Reason.NOT_READY,
        f"Audience {audience.id} is still being populated by prospecting job {job.id}, which is {status}.",
        f"Wait until {wait}, cancel the job with {cancel}, or end it on this server with {end}.",
        **details,
    )
