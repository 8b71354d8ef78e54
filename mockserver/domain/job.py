"""A prospecting job is a record; what it is doing is a function of that record and the time."""

from dataclasses import dataclass
from enum import StrEnum


class JobStatus(StrEnum):
    """The documented statuses."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_active(self) -> bool:
        """Whether a job in this status still populates its audience (inferred: queued or running)."""
        return self is JobStatus.QUEUED or self is JobStatus.RUNNING


class Pace(StrEnum):
    """What moves a job on: time, nothing (it is done at once), each reading of its status, or a hand."""

    TIME = "time"
    IMMEDIATE = "immediate"
    POLLS = "polls"
    MANUAL = "manual"


class Stage(StrEnum):
    """The documented stages, in their order."""

    IMPORT = "import"
    ENRICHMENT = "enrichment"


_IMPORT_SHARE = 0.8


def progress_of(stage: Stage, share: float) -> float:
    """The share of a job's work that is done when so much of a stage is, both 0 to 1."""
    return _IMPORT_SHARE * share if stage is Stage.IMPORT else _IMPORT_SHARE + (1 - _IMPORT_SHARE) * share


@dataclass(frozen=True, slots=True)
class Progression:
    """How a job moves, and what it comes to.

    `duration`: milliseconds from start to end (TIME); the first fifth of it is spent queued.
    `polls`: the reading of the status that finds it ended (POLLS); up to the first it is queued.
    `status`: queued or running, until a hand moves it (MANUAL).
    `stage`, `share`: the stage that an outcome other than completed ends, and how much of it is done by then (below 1).
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
        """The share of a job's work that is done when it ends."""
        return 1.0 if self.outcome is JobStatus.COMPLETED else progress_of(self.stage, self.share)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: outcome, instant, and the share of its work (0 to 1) that was done by then."""

    outcome: JobStatus
    at: int
    progress: float


_QUEUED_SHARE = 5
_HALFWAY = 0.5
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `requested`: prospects to import, at `price` credits each. `ending` is None until it is on record."""

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
        """How it has ended by `now`, be it on record or come about by its progression; None while it is active."""
        if self.ending is not None:
            return self.ending
        ends_at = self._ends_at(now)
        if ends_at is None or now < ends_at:
            return None
        return Ending(self.progression.outcome, ends_at, self.progression.final_progress)

    def starts_within(self, begin: int, end: int) -> int | None:
        """The instant after `begin`, and up to `end`, at which time sets it running; None where it does not then."""
        timed = self.progression.pace is Pace.TIME and self.ending_at(self._starts_at) is None
        return self._starts_at if timed and begin < self._starts_at <= end else None

    def _ends_at(self, now: int) -> int | None:
        """When its progression ends it, as far as that is known at `now`."""
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
        """Its status at `now`."""
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
        """Whether it still populates its audience at `now`."""
        return self.ending_at(now) is None

    def progress_at(self, now: int) -> float:
        """The share of its work that is done at `now`, 0 to 1."""
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
        """How many prospects it has brought by `now`: they come with the import, before the enrichment."""
        return int(self.requested * self.import_progress_at(now) + _TINY)  # 0.29 of 100 is 29, not 28.999

    def import_progress_at(self, now: int) -> float:
        """Progress of the stage `import`, 0 to 1."""
        return min(1.0, self.progress_at(now) / _IMPORT_SHARE)

    def enrichment_progress_at(self, now: int) -> float:
        """Progress of the stage `enrichment`, 0 to 1; it begins when the import is done."""
        return max(0.0, (self.progress_at(now) - _IMPORT_SHARE) / (1 - _IMPORT_SHARE))

    def stage_at(self, now: int) -> Stage:
        """The stage that it is in at `now`, or that it was in when it ended."""
        return Stage.IMPORT if self.progress_at(now) < _IMPORT_SHARE else Stage.ENRICHMENT

    def updated_at(self, now: int) -> int:
        """The instant of its last change of status up to `now`."""
        ending = self.ending_at(now)
        if ending is not None:
            return ending.at
        if self.progression.pace is Pace.TIME and now >= self._starts_at:
            return self._starts_at
        return self.created_at

    @property
    def _starts_at(self) -> int:
        return self.created_at + self.progression.duration // _QUEUED_SHARE
