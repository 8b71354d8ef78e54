"""What the passage of time brings about in a sandbox: a pure function of its records and two instants."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mockserver.domain.job import Job
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.replay import Replay


class EventKind(StrEnum):
    """What time alone can bring about."""

    JOB_STARTED = "job-started"
    JOB_ENDED = "job-ended"
    KEY_EXPIRED = "key-expired"
    IDEMPOTENCY_KEY_FORGOTTEN = "idempotency-key-forgotten"
    LIMIT_LIFTED = "limit-lifted"
    LIMIT_REFILLED = "limit-refilled"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, when, and to what; `details` are named as they are shown."""

    at: int
    happening: EventKind
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClockedRecords:
    """The records that time moves. `limit` is that of the sandbox, for keys that have none of their own."""

    jobs: Iterable[Job]
    keys: Iterable[ApiKey]
    replays: Iterable[Replay]
    limit: RateLimit | None


def events(records: ClockedRecords, begin: int, end: int) -> list[Event]:
    """What happens after `begin` and up to `end` if nobody does anything, in the order in which it happens."""
    found = [event for job in sorted(records.jobs, key=lambda job: job.serial) for event in _of_job(job, begin, end)]
    for key in records.keys:
        found += _of_key(key, key.limit or records.limit, begin)
    found += [_forgotten(replay) for replay in records.replays]
    return sorted((event for event in found if begin < event.at <= end), key=lambda event: event.at)


def _of_job(job: Job, begin: int, end: int) -> Iterator[Event]:
    named: dict[str, object] = {"jobId": job.id, "accountGroupId": job.account_group_id, "audienceId": job.audience_id}
    started = job.starts_within(begin, end)
    if started is not None:
        yield Event(started, EventKind.JOB_STARTED, named)
    ending = job.ending_at(end)
    if ending is not None and job.is_active(begin):
        came = {"outcome": ending.outcome.value, "imported": job.imported_at(end)}
        yield Event(ending.at, EventKind.JOB_ENDED, {**named, **came})


def _of_key(key: ApiKey, limit: RateLimit | None, begin: int) -> Iterator[Event]:
    if key.expires_at is not None and not key.revoked:
        yield Event(key.expires_at, EventKind.KEY_EXPIRED, {"key": key.token})
    if limit is not None:
        if limit.taken(key.bucket, begin) is None:
            yield Event(limit.passes_at(key.bucket), EventKind.LIMIT_LIFTED, {"key": key.token})
        yield Event(limit.full_at(key.bucket), EventKind.LIMIT_REFILLED, {"key": key.token})


def _forgotten(replay: Replay) -> Event:
    named = {
        "idempotencyKey": replay.idempotency_key,
        "accountGroupId": replay.account_group_id,
        "jobId": replay.job_id,
    }
    return Event(replay.expires_at, EventKind.IDEMPOTENCY_KEY_FORGOTTEN, named)
