"""Failing jobs: their stage, their share, and progress that never decreases."""

import pytest

from mockserver.api import views
from mockserver.domain.job import Job, JobStatus, Pace, Progression, Stage, progress_of
from mockserver.service.prospecting import SeenJob


def job(progression: Progression, *, polled: int = 0, requested: int = 100) -> Job:
    return Job("c" * 24, 1, "a" * 24, "b" * 24, requested, 1, 0, progression, polled)


def failing(stage: Stage, share: float, pace: Pace = Pace.TIME) -> Progression:
    return Progression(pace, duration=10_000, polls=3, outcome=JobStatus.FAILED, stage=stage, share=share)


@pytest.mark.parametrize(
    ("stage", "share", "imported", "stages"),
    [
        (Stage.IMPORT, 0.0, 0, [("failed", 0.0), ("queued", 0.0)]),
        (Stage.IMPORT, 0.5, 50, [("failed", 0.5), ("queued", 0.0)]),
        (Stage.IMPORT, 0.29, 29, [("failed", 0.29), ("queued", 0.0)]),
        (Stage.IMPORT, 0.99, 99, [("failed", 0.99), ("queued", 0.0)]),
        (Stage.ENRICHMENT, 0.0, 100, [("completed", 1.0), ("failed", 0.0)]),
        (Stage.ENRICHMENT, 0.5, 100, [("completed", 1.0), ("failed", 0.5)]),
        (Stage.ENRICHMENT, 0.99, 100, [("completed", 1.0), ("failed", 0.99)]),
    ],
)
def test_a_failing_job_ends_in_its_stage_and_at_its_share(
    stage: Stage, share: float, imported: int, stages: list[tuple[str, float]]
) -> None:
    ended = job(failing(stage, share))

    shown = views.job(SeenJob(ended, 10_000))

    assert ended.imported_at(10_000) == imported
    assert [(stage["status"], stage["progress"]) for stage in shown["stages"].values()] == stages
    assert (shown["status"], shown["error"]["code"]) == ("failed", "PROSPECTING_FAILED")
    assert ("enriched" in shown["error"]["message"]) is (stage is Stage.ENRICHMENT)


@pytest.mark.parametrize("share", [hundredth / 100 for hundredth in range(100)])
def test_every_hundredth_of_an_import_is_counted_exactly(share: float) -> None:
    assert job(failing(Stage.IMPORT, share)).imported_at(10_000) == round(share * 100)


@pytest.mark.parametrize("stage", list(Stage))
def test_the_progress_of_a_failing_job_only_grows(stage: Stage) -> None:
    timed = job(failing(stage, 0.25))

    progress = [timed.progress_at(now) for now in range(0, 11_000, 100)]

    assert progress == sorted(progress)
    assert progress[-1] == progress_of(stage, 0.25)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_polled_failing_job_ends_in_its_stage_and_at_its_share(stage: Stage) -> None:
    progress = [job(failing(stage, 0.5, Pace.POLLS), polled=polled).progress_at(0) for polled in range(4)]

    assert progress == sorted(progress)
    assert progress[-1] == progress_of(stage, 0.5)


def test_an_immediate_failing_job_ends_at_its_share() -> None:
    assert job(failing(Stage.IMPORT, 0.5, Pace.IMMEDIATE)).imported_at(0) == 50


def test_a_completing_job_ignores_stage_and_share() -> None:
    completing = Progression(Pace.TIME, duration=10_000, stage=Stage.IMPORT, share=0.1)

    assert job(completing).imported_at(10_000) == 100


def test_a_cancelled_job_has_a_cancelled_stage_and_a_queued_stage() -> None:
    cancelled = job(Progression(Pace.TIME, duration=10_000, outcome=JobStatus.CANCELLED, share=0.5))

    stages = views.job(SeenJob(cancelled, 10_000))["stages"]

    assert [stage["status"] for stage in stages.values()] == ["cancelled", "queued"]
