"""Prospecting jobs: records whose status and progress are a function of the record and the time."""

from dataclasses import dataclass
from enum import StrEnum

_IMPORT_SHARE = 0.8
_QUEUED_SHARE = 5
_HALFWAY = 0.5
_ROUNDING = 1e-9


class JobStatus(StrEnum):
    """The documented statuses."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether a job in this status populates its audience (inferred: queued or running)."""
        return self is JobStatus.QUEUED or self is JobStatus.RUNNING


class Pace(StrEnum):
    """The driver of a job's progress: time, none (it ends at once), each read of its status, or the control API."""

    TIME = "time"
    IMMEDIATE = "immediate"
    POLLS = "polls"
    MANUAL = "manual"


class Stage(StrEnum):
    """The documented stages, in order."""

    IMPORT = "import"
    ENRICHMENT = "enrichment"


def progress_of(stage: Stage, share: float) -> float:
    """Return the share of a job's work that is done when a share of a stage is done, both from 0 to 1."""
    return _IMPORT_SHARE * share if stage is Stage.IMPORT else _IMPORT_SHARE + (1 - _IMPORT_SHARE) * share


@dataclass(frozen=True, slots=True)
class Progression:
    """The course of a job, and its outcome.

    Attributes:
        pace: The driver of the job's progress.
        duration: Milliseconds from start to end, the first fifth of them queued (TIME).
        polls: The number of the status read that finds the job ended; it is queued up to the first (POLLS).
        status: Queued or running, until the control API ends the job (MANUAL).
        outcome: The status in which the job ends.
        stage: The stage in which the job ends, unless the outcome is completed.
        share: The share of that stage that is done by then (below 1).
    """

    pace: Pace = Pace.TIME
    duration: int = 30_000
    polls: int = 3
    status: JobStatus = JobStatus.QUEUED
    outcome: JobStatus = JobStatus.COMPLETED
    stage: Stage = Stage.IMPORT
    share: float = 0.625

    @property
    def final_progress(self) -> float:
        """The share of the job's work that is done when the job ends."""
        return 1.0 if self.outcome is JobStatus.COMPLETED else progress_of(self.stage, self.share)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a job: outcome, instant, and the share of its work (0 to 1) that was done by then."""

    outcome: JobStatus
    at: int
    progress: float


@dataclass(frozen=True, slots=True)
class Job:
    """A prospecting job.

    Attributes:
        requested: The number of prospects to import.
        price: The price of a prospect in credits.
        polled: How many times the status was read.
        ending: The recorded end; None until it is recorded.
    """

    id: str
    serial: int
    account_group_id: str
    audience_id: str
    requested: int
    price: int
    created_at: int
    progression: Progression
    polled: int = 0
    ending: Ending | None = None

    def ending_at(self, now: int) -> Ending | None:
        """Return the end up to `now`, recorded or by the progression; None while the job is active."""
        if self.ending is not None:
            return self.ending
        ends_at = self._ends_at(now)
        if ends_at is None or now < ends_at:
            return None
        return Ending(self.progression.outcome, ends_at, self.progression.final_progress)

    def starts_within(self, begin: int, end: int) -> int | None:
        """Return the instant after `begin` and up to `end` at which time sets the job running; None if it does not."""
        timed = self.progression.pace is Pace.TIME and self.ending_at(self._starts_at) is None
        return self._starts_at if timed and begin < self._starts_at <= end else None

    def _ends_at(self, now: int) -> int | None:
        """Return when the progression ends the job, as far as known at `now`."""
        match self.progression.pace:
            case Pace.MANUAL:
                return None
            case Pace.TIME:
                return self.created_at + self.progression.duration
            case Pace.IMMEDIATE:
                return self.created_at
            case Pace.POLLS:
                return now if self.polled >= self.progression.polls else None

    def status_at(self, now: int) -> JobStatus:
        """Return the status at `now`."""
        ending = self.ending_at(now)
        if ending is not None:
            return ending.outcome
        match self.progression.pace:
            case Pace.TIME:
                started = now >= self._starts_at
            case Pace.POLLS:
                started = self.polled > 1
            case _:
                return self.progression.status
        return JobStatus.RUNNING if started else JobStatus.QUEUED

    def is_active(self, now: int) -> bool:
        """Return whether the job populates its audience at `now`."""
        return self.ending_at(now) is None

    def progress_at(self, now: int) -> float:
        """Return the share of the work that is done at `now`, 0 to 1."""
        ending = self.ending_at(now)
        if ending is not None:
            return ending.progress
        final = self.progression.final_progress
        match self.progression.pace:
            case Pace.TIME:
                span = self.created_at + self.progression.duration - self._starts_at
                return max(0.0, (now - self._starts_at) / span) * final
            case Pace.POLLS:
                return self.polled / self.progression.polls * final
            case _:
                return _HALFWAY if self.progression.status is JobStatus.RUNNING else 0.0

    def imported_at(self, now: int) -> int:
        """Return the number of prospects imported by `now`; the import comes before the enrichment."""
        return int(self.requested * self.import_progress_at(now) + _ROUNDING)  # 0.29 of 100 is 29, not 28.999

    def import_progress_at(self, now: int) -> float:
        """Return the progress of the stage `import`, 0 to 1."""
        return min(1.0, self.progress_at(now) / _IMPORT_SHARE)

    def enrichment_progress_at(self, now: int) -> float:
        """Return the progress of the stage `enrichment`, 0 to 1; it begins when the import is done."""
        return max(0.0, (self.progress_at(now) - _IMPORT_SHARE) / (1 - _IMPORT_SHARE))

    def stage_at(self, now: int) -> Stage:
        """Return the stage at `now`, or the stage in which the job ended."""
        return Stage.IMPORT if self.progress_at(now) < _IMPORT_SHARE else Stage.ENRICHMENT

    def updated_at(self, now: int) -> int:
        """Return the instant of the last change of status up to `now`."""
        ending = self.ending_at(now)
        if ending is not None:
            return ending.at
        if self.progression.pace is Pace.TIME and now >= self._starts_at:
            return self._starts_at
        return self.created_at

    @property
    def _starts_at(self) -> int:
        return self.created_at + self.progression.duration // _QUEUED_SHARE
