"""The values of seed documents: instants, clocks, limits, the course of a job and its end."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mockserver.domain.instant import END, parse
from mockserver.domain.job import Ending, Job, JobStatus, Pace, Progression, Stage
from mockserver.domain.limit import FULL, Bucket, RateLimit
from mockserver.domain.sandbox import Sandbox, SandboxClock

Document = Mapping[str, Any]


_SHOWN_AT_ENDS = 500
"""The characters of a long message that are shown of its beginning and of its end."""


class SeedError(ValueError):
    """A seed document contradicts itself; the message says where, without the middle of a long text that it quotes."""

    def __init__(self, message: str) -> None:
        super().__init__(shortened(message, _SHOWN_AT_ENDS))


def shortened(message: str, at_ends: int) -> str:
    """Return a message, of which only so many characters of the beginning and of the end are shown if it is long."""
    return message if len(message) <= 2 * at_ends else f"{message[:at_ends]} … {message[-at_ends:]}"


def instant(entry: Document, name: str, owner: str) -> int | None:
    """Return the instant of a member; None for no value.

    Args:
        entry: The record of the document.
        name: The name of the member.
        owner: The record, as an error names it.

    Raises:
        SeedError: The text is not an instant, or is after the year 8999.
    """
    text = entry.get(name)
    if text is None:
        return None
    try:
        milliseconds = parse(text)
    except (ValueError, OverflowError) as error:
        raise SeedError(f"{owner}: its {name} is not an instant: {error}") from None
    if milliseconds >= END:
        raise SeedError(f"{owner}: its {name} is after the year 8999")
    return milliseconds


def with_settings(sandbox: Sandbox, document: Document, real: int) -> Sandbox:
    """Return the sandbox with the clock, the pace and the limit of a document, where it states them.

    Args:
        sandbox: The sandbox.
        document: The seed document.
        real: The real time at which the clock begins.
    """
    pace, limit = sandbox.progression, sandbox.limit
    return replace(
        sandbox,
        clock=_clock(document["clock"], real) if "clock" in document else sandbox.clock,
        progression=progression_of(document["pace"], pace) if "pace" in document else pace,
        limit=limit_of(document, "rateLimit") if "rateLimit" in document else limit,
    )


def _clock(entry: Document, real: int) -> SandboxClock:
    at = instant(entry, "at", "clock")
    at = real if at is None else at
    return SandboxClock(frozen_at=at) if entry["mode"] == "manual" else SandboxClock(offset=at - real)


def limit_of(entry: Document, name: str) -> RateLimit | None:
    """Return the rate limit of a member; None for no value."""
    return None if entry.get(name) is None else RateLimit.parse(entry[name])


def bucket_of(entry: Document, owner: str) -> Bucket:
    """Return the bucket of a key, full unless the document says otherwise."""
    bucket = entry.get("bucket")
    return FULL if bucket is None else Bucket(int(bucket["lacking"]), instant(bucket, "at", owner) or 0)


def progression_of(entry: Document, default: Progression) -> Progression:
    """Return a job's progression from `pace`, `durationMs`, `polls`, `status`, `outcome`, `stage` and `share`."""
    return Progression(
        Pace(entry.get("pace", default.pace)),
        int(entry.get("durationMs", default.duration)),
        int(entry.get("polls", default.polls)),
        JobStatus(entry.get("status", default.status)),
        JobStatus(entry.get("outcome", default.outcome)),
        Stage(entry.get("stage", default.stage)),
        float(entry.get("share", default.share)),
    )


def with_history(job: Job, entry: Document) -> Job:
    """Return a job with the instant of its start, its reads and its recorded end, where a document states them."""
    owner = f"job {job.id}"
    created_at = instant(entry, "createdAt", owner)
    ending = entry.get("ending")
    return replace(
        job,
        created_at=job.created_at if created_at is None else created_at,
        polled=int(entry.get("polled", 0)),
        ending=None if ending is None else _ending(ending, owner),
    )


def _ending(entry: Document, owner: str) -> Ending:
    return Ending(JobStatus(entry["outcome"]), instant(entry, "at", owner) or 0, float(entry["progress"]))
