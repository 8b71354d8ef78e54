"""The prospecting guard: the only source of 409 AUDIENCE_NOT_READY.

"Active prospecting must finish before an audience can be deleted. Protected audiences return 409 AUDIENCE_NOT_READY."
The pages A3, A4, A5, A7, A10 and A11 state the same guard.
"""

from collections.abc import Iterable
from functools import lru_cache

from mockserver.domain.audience import Audience
from mockserver.domain.instant import iso
from mockserver.domain.job import Job, Pace
from mockserver.domain.refusal import Reason, Refusal, refused


def not_ready(audience: Audience, jobs: Iterable[Job], now: int, sandbox_id: str) -> Refusal | None:
    """Return the refusal while an active job populates the audience; None if the audience is ready for use."""
    for job in jobs:
        status = job.status_at(now)
        if status.is_active:
            progression = job.progression
            ends_at = job.created_at + progression.duration if progression.pace is Pace.TIME else None
            return _refusal((sandbox_id, audience.account_group_id), audience.id, job.id, str(status), ends_at)
    return None


@lru_cache(maxsize=1024)  # a polling client gets the same long text each time
def _refusal(owner: tuple[str, str], audience_id: str, job_id: str, status: str, ends_at: int | None) -> Refusal:
    """Return the refusal for an audience; `owner` is the sandbox's id and the account group's."""
    sandbox_id, account_group_id = owner
    cancel = f"POST /v1/accounts/{account_group_id}/prospecting/{job_id}/cancel"
    end = f"POST /_mock/sandboxes/{sandbox_id}/jobs/{job_id}/end"
    details = {"jobId": job_id, "jobStatus": status, "cancel": cancel, "end": end}
    event = "it has ended"
    if ends_at is not None:
        details["readyAt"] = event = iso(ends_at)
    return refused(
        Reason.NOT_READY,
        f"Audience {audience_id} is still being populated by prospecting job {job_id}, which is {status}.",
        f"Wait until {event}, cancel the job with {cancel}, or end it on this server with {end}.",
        **details,
    )
