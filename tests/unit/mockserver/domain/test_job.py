import pytest

from mockserver.domain.job import Ending, Job, JobStatus, Pace, Progression


def job(progression: Progression, *, polled: int = 0, ending: Ending | None = None) -> Job:
    return Job("c" * 24, 1, "a" * 24, "b" * 24, 100, 1, 1_000, progression, polled, ending)


@pytest.mark.parametrize(
    ("now", "status", "imported"),
    [
        (1_000, JobStatus.QUEUED, 0),
        (2_999, JobStatus.QUEUED, 0),
        (3_000, JobStatus.RUNNING, 0),
        (7_000, JobStatus.RUNNING, 62),
        (10_999, JobStatus.RUNNING, 100),
        (11_000, JobStatus.COMPLETED, 100),
        (99_000, JobStatus.COMPLETED, 100),
    ],
)
def test_a_timed_job_is_queued_for_a_fifth_of_its_time_then_runs_then_ends(
    now: int, status: JobStatus, imported: int
) -> None:
    timed = job(Progression(Pace.TIME, duration=10_000))

    assert (timed.status_at(now), timed.imported_at(now)) == (status, imported)


def test_a_failing_job_ends_with_part_of_its_prospects() -> None:
    failing = job(Progression(Pace.TIME, duration=10_000, outcome=JobStatus.FAILED))

    assert failing.status_at(11_000) is JobStatus.FAILED
    assert failing.imported_at(11_000) == 62


def test_an_immediate_job_is_never_active() -> None:
    assert not job(Progression(Pace.IMMEDIATE)).is_active(1_000)


@pytest.mark.parametrize(
    ("polled", "status"),
    [(0, JobStatus.QUEUED), (1, JobStatus.QUEUED), (2, JobStatus.RUNNING), (3, JobStatus.COMPLETED)],
)
def test_a_polled_job_advances_with_each_poll(polled: int, status: JobStatus) -> None:
    assert job(Progression(Pace.POLLS, polls=3), polled=polled).status_at(1_000) is status


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.RUNNING])
def test_a_manual_job_keeps_its_status_forever(status: JobStatus) -> None:
    assert job(Progression(Pace.MANUAL, status=status)).status_at(10**15) is status


def test_a_recorded_ending_overrides_the_progression() -> None:
    cancelled = job(Progression(Pace.TIME, duration=10_000), ending=Ending(JobStatus.CANCELLED, 4_000, 0.4))

    assert cancelled.status_at(99_000) is JobStatus.CANCELLED
    assert cancelled.imported_at(99_000) == 50
    assert cancelled.updated_at(99_000) == 4_000


@pytest.mark.parametrize(("now", "updated_at"), [(1_500, 1_000), (3_500, 3_000), (12_000, 11_000)])
def test_a_job_was_updated_when_its_status_last_changed(now: int, updated_at: int) -> None:
    assert job(Progression(Pace.TIME, duration=10_000)).updated_at(now) == updated_at


def test_the_enrichment_stage_follows_the_import_stage() -> None:
    running = job(Progression(Pace.TIME, duration=10_000))

    assert running.enrichment_progress_at(9_000) == 0
    assert running.import_progress_at(10_500) == 1
    assert 0 < running.enrichment_progress_at(10_500) < 1
