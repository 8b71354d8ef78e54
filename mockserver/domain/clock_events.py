"""The events that time alone causes in a sandbox, as a pure function of its records and two instants."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mockserver.domain.job import Job
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.replay import Replay


class EventKind(StrEnum):
    """The kinds of events that time alone can cause."""

    JOB_STARTED = "job-started"
    JOB_ENDED = "job-ended"
    KEY_EXPIRED = "key-expired"
    IDEMPOTENCY_KEY_FORGOTTEN = "idempotency-key-forgotten"
    LIMIT_LIFTED = "limit-lifted"
    LIMIT_REFILLED = "limit-refilled"


@dataclass(frozen=True, slots=True)
class Event:
    """An event at an instant; `details` identify the record with the member names of the control API."""

    at: int
    kind: EventKind
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ClockedRecords:
    """The records that time changes. `limit` is the sandbox's, for keys without a rate limit of their own."""

    jobs: Iterable[Job]
    keys: Iterable[ApiKey]
    replays: Iterable[Replay]
    limit: RateLimit | None


def events(records: ClockedRecords, begin: int, end: int) -> list[Event]:
    """Return the events after `begin` and up to `end`, in order of time, if no request comes in between."""
    jobs = sorted(records.jobs, key=lambda job: job.serial)
    candidates = [event for job in jobs for event in _job_events(job, begin, end)]
    for key in records.keys:
        candidates += _key_events(key, key.limit or records.limit, begin)
    candidates += [_expiry_event(replay) for replay in records.replays]
    return sorted((event for event in candidates if begin < event.at <= end), key=lambda event: event.at)


def _job_events(job: Job, begin: int, end: int) -> Iterator[Event]:
    ids: dict[str, object] = {"jobId": job.id, "accountGroupId": job.account_group_id, "audienceId": job.audience_id}
    started_at = job.starts_within(begin, end)
    if started_at is not None:
        yield Event(started_at, EventKind.JOB_STARTED, ids)
    ending = job.ending_at(end)
    if ending is not None and job.is_active(begin):
        result = {"outcome": ending.outcome.value, "imported": job.imported_at(end)}
        yield Event(ending.at, EventKind.JOB_ENDED, {**ids, **result})


def _key_events(key: ApiKey, limit: RateLimit | None, begin: int) -> Iterator[Event]:
    if key.expires_at is not None and not key.revoked:
        yield Event(key.expires_at, EventKind.KEY_EXPIRED, {"key": key.token})
    if limit is not None:
        if limit.taken(key.bucket, begin) is None:
            yield Event(limit.passes_at(key.bucket), EventKind.LIMIT_LIFTED, {"key": key.token})
        yield Event(limit.full_at(key.bucket), EventKind.LIMIT_REFILLED, {"key": key.token})


def _expiry_event(replay: Replay) -> Event:
    details = {
        "idempotencyKey": replay.idempotency_key,
        "accountGroupId": replay.account_group_id,
        "jobId": replay.job_id,
    }
    return Event(replay.expires_at, EventKind.IDEMPOTENCY_KEY_FORGOTTEN, details)
