"""What a client that saw everything may know of the target: one possible state, frozen, compared by value."""

from dataclasses import dataclass, field, replace
from enum import Enum

from conformance.model.messages import UNKNOWN, Text
from conformance.model.records import Records

Path = tuple[str, str]
"""Account group and identifier: nothing says that identifiers of two account groups differ."""


@dataclass(frozen=True, slots=True)
class Known:
    """A value of a field, and the requirement that made it so: the one that is broken if another value is shown."""

    value: Text = UNKNOWN
    asserted_by: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: its permissions and account groups, None where nobody told."""

    permissions: frozenset[str] | None
    groups: frozenset[str] | None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience that exists.

    `made`: by a request of ours, so that its name is ours too. `ready`: False where the pages leave open whether the
    guard still holds (its job was cancelled; it monitors). A job on record that is active guards it whatever this says.
    """

    name: Known = Known()
    description: Known = Known()
    folder: Known = Known()
    type: Text = UNKNOWN
    made: bool = False
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that exists; nothing documented removes one."""

    name: Known = Known()
    type: Text = UNKNOWN


class Activity(Enum):
    """What is known of a job: ACTIVE by the target's own word, ENDED as told or shown, OPEN: it may end by itself."""

    ACTIVE = "active"
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Job:
    """A job. `audience`: what it populates, `outcome`: its last status; None if not told (P1 tells no audience).

    `declared`: a provider state said what is known, not only an answer of the API. `body`: of the request that started
    it.
    """

    activity: Activity
    audience: str | None = None
    outcome: str | None = None
    declared: bool = False
    body: str | None = None


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What was sent with an idempotency key, and the job answered; None if the reply was lost."""

    body: str
    job: str | None


@dataclass(frozen=True, slots=True)
class State:
    """One possible state of the target.

    `gone`: deleted audiences, as they last were. `reissued`: those of them whose identifier may mean something new that
    we were not shown. `lagging`: audiences that changed, and jobs that began, less than two seconds ago: lists may not
    show it yet. `hidden`: account groups that may hold audiences or folders we were never shown; `unlisted`: jobs;
    `started`: one of these jobs is ours, and may be active. `starts`: by account group, API key and idempotency key.
    """

    keys: Records[str, Key] = field(default_factory=Records)
    audiences: Records[Path, Audience] = field(default_factory=Records)
    deleted: Records[Path, Audience] = field(default_factory=Records)
    folders: Records[Path, Folder] = field(default_factory=Records)
    jobs: Records[Path, Job] = field(default_factory=Records)
    starts: Records[tuple[str, str | None, str], StartRequest] = field(default_factory=Records)
    reissued: frozenset[Path] = frozenset()
    lagging: frozenset[Path] = frozenset()
    may_hold_unknown: frozenset[str] = frozenset()
    may_have_unknown_jobs: frozenset[str] = frozenset()
    may_have_unknown_active_job: frozenset[str] = frozenset()

    def is_populated(self, path: Path) -> bool:
        """By the target's own word, an active job populates this audience."""
        group, audience = path
        return any(
            job.activity is Activity.ACTIVE and (where, job.audience) == (group, audience)
            for (where, _), job in self.jobs.items()
        )

    def may_be_active(self, job: Path) -> bool:
        """Nothing has shown that the job has ended."""
        known = self.jobs.get(job)
        return known is None or known.activity is not Activity.ENDED

    def may_be_populating(self, group: str) -> bool:
        """A job of this account group may be active on an audience that nobody named: any of them, or a new one."""
        return group in self.may_have_unknown_active_job or any(
            job.activity is not Activity.ENDED and job.audience is None
            for (where, _), job in self.jobs.items()
            if where == group
        )

    def with_audience(self, path: Path, audience: Audience, *, lagging: bool = True) -> "State":
        """An audience, there from now on; its identifier is its own again if it was another's."""
        return replace(
            self,
            audiences=self.audiences.put(path, audience),
            deleted=self.deleted.drop(path),
            reissued=self.reissued - {path},
            lagging=self.lagging | {path} if lagging else self.lagging,
        )

    def without_audience(self, path: Path) -> "State":
        """An audience deleted. A job that may yet create one may give it the identifier that became free."""
        if path not in self.audiences:
            return self
        return replace(
            self,
            audiences=self.audiences.drop(path),
            deleted=self.deleted.put(path, self.audiences[path]),
            reissued=self.reissued | {path} if self.may_be_populating(path[0]) else self.reissued,
            lagging=self.lagging | {path},
        )

    def with_job(self, path: Path, job: Job) -> "State":
        """A job, known from now on as this; a new one may be missing in the list for a while."""
        lagging = self.lagging if path in self.jobs else self.lagging | {path}
        return replace(self, jobs=self.jobs.put(path, job), lagging=lagging)

    def with_unknown(self, group: str) -> "State":
        """Something was made in this account group that we were not shown; its identifier may be a freed one."""
        free = {path for path in self.deleted if path[0] == group}
        return replace(self, may_hold_unknown=self.may_hold_unknown | {group}, reissued=self.reissued | free)
