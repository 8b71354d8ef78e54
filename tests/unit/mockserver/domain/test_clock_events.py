"""The events between two instants without any request."""

from typing import Any

from mockserver.domain.clock_events import ClockedRecords, Event, EventKind, events
from mockserver.domain.job import Ending, Job, JobStatus, Pace, Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import FULL, Bucket, RateLimit
from mockserver.domain.replay import Replay

GROUP, AUDIENCE = "a" * 24, "b" * 24
NAMED = {"jobId": "c1", "accountGroupId": GROUP, "audienceId": AUDIENCE}


def job(progression: Progression, *, serial: int = 1, ending: Ending | None = None) -> Job:
    return Job(f"c{serial}", serial, GROUP, AUDIENCE, 10, 1, 0, progression, 0, ending)


def key(name: str = "one", *, expires_at: int | None = None, **other: object) -> ApiKey:
    return ApiKey(name, name, frozenset(), frozenset({GROUP}), expires_at=expires_at, **other)  # type: ignore[arg-type]


def events_between(begin: int, end: int, **records: Any) -> list[Event]:
    nothing = {"jobs": (), "keys": (), "replays": (), "limit": None}
    return events(ClockedRecords(**nothing | records), begin, end)


TIMED = job(Progression(Pace.TIME, duration=10_000))
STARTED = Event(2_000, EventKind.JOB_STARTED, NAMED)
ENDED = Event(10_000, EventKind.JOB_ENDED, {**NAMED, "outcome": "completed", "imported": 10})


def test_a_job_starts_and_ends_at_its_instants() -> None:
    assert events_between(0, 10_000, jobs=(TIMED,)) == [STARTED, ENDED]


def test_events_outside_the_interval_are_not_reported() -> None:
    assert events_between(1_999, 2_000, jobs=(TIMED,)) == [STARTED]
    assert events_between(2_000, 9_999, jobs=(TIMED,)) == []
    assert events_between(10_000, 99_000, jobs=(TIMED,)) == []


def test_events_do_not_depend_on_how_time_is_divided() -> None:
    whole = events_between(0, 12_000, jobs=(TIMED,), keys=(key(expires_at=5_000),))

    parts = [
        events_between(begin, begin + 500, jobs=(TIMED,), keys=(key(expires_at=5_000),))
        for begin in range(0, 12_000, 500)
    ]

    assert [event for part in parts for event in part] == whole


def test_a_failed_job_event_has_the_number_of_imported_prospects() -> None:
    failing = job(Progression(Pace.TIME, duration=10_000, outcome=JobStatus.FAILED, share=0.5))

    (_, ended) = events_between(0, 10_000, jobs=(failing,))

    assert (ended.details["outcome"], ended.details["imported"]) == ("failed", 5)


def test_manual_polled_immediate_and_ended_jobs_do_not_move_with_time() -> None:
    others = (
        job(Progression(Pace.MANUAL)),
        job(Progression(Pace.POLLS)),
        job(Progression(Pace.IMMEDIATE)),
        job(TIMED.progression, ending=Ending(JobStatus.CANCELLED, 1_000, 0)),
    )

    assert events_between(500, 99_000, jobs=others) == []


def test_a_job_without_duration_has_no_events() -> None:
    assert events_between(0, 99_000, jobs=(job(Progression(Pace.TIME, duration=0)),)) == []


def test_a_key_expires_unless_it_was_revoked() -> None:
    keys = (key(expires_at=7_000), key("revoked", expires_at=7_000, revoked=True), key("lasting"))

    assert events_between(0, 7_000, keys=keys) == [Event(7_000, EventKind.KEY_EXPIRED, {"key": "one"})]


def test_an_idempotency_key_is_forgotten_at_its_instant() -> None:
    replay = Replay(GROUP, "k1", "digest", "c1", 3_000)

    (event,) = events_between(0, 3_000, replays=(replay,))

    assert event.kind is EventKind.IDEMPOTENCY_KEY_FORGOTTEN
    assert event.details == {"idempotencyKey": "k1", "accountGroupId": GROUP, "jobId": "c1"}


def test_an_empty_bucket_is_lifted_and_later_refilled() -> None:
    limit = RateLimit(2, 1_000)
    empty = limit.taken(limit.taken(FULL, 0) or FULL, 0) or FULL

    reported = events_between(0, 5_000, keys=(key(bucket=empty),), limit=limit)

    assert [(event.at, event.kind) for event in reported] == [
        (500, EventKind.LIMIT_LIFTED),
        (1_000, EventKind.LIMIT_REFILLED),
    ]


def test_a_partly_filled_bucket_is_only_refilled_and_a_full_bucket_has_no_events() -> None:
    limit = RateLimit(2, 1_000)
    half = limit.taken(FULL, 100) or FULL

    assert [event.kind for event in events_between(100, 5_000, keys=(key(bucket=half),), limit=limit)] == [
        EventKind.LIMIT_REFILLED
    ]
    assert events_between(100, 5_000, keys=(key(),), limit=limit) == []


def test_the_limit_of_a_key_overrides_the_limit_of_its_sandbox() -> None:
    own = key(limit=RateLimit(1, 60_000), bucket=Bucket(60_000, 0))

    reported = events_between(0, 60_000, keys=(own,), limit=RateLimit(1, 1_000))

    assert [event.at for event in reported] == [60_000, 60_000]


def test_events_of_all_kinds_are_in_chronological_order() -> None:
    jobs = (job(Progression(Pace.TIME, duration=4_000), serial=2), TIMED)

    reported = events_between(
        0, 20_000, jobs=jobs, keys=(key(expires_at=3_000),), replays=(Replay(GROUP, "k", "d", "c1", 2_000),)
    )

    assert [event.at for event in reported] == [800, 2_000, 2_000, 3_000, 4_000, 10_000]
