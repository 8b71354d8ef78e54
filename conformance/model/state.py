"""A possible state of the target, as a client that sees every exchange knows it; immutable, compared by value."""

from dataclasses import dataclass, field, replace
from enum import Enum

from conformance.model.messages import UNKNOWN, Text
from conformance.model.records import Records

Path = tuple[str, str]
"""Account group and identifier: identifiers of different account groups may be equal."""


@dataclass(frozen=True, slots=True)
class Known:
    """A field value, and the requirement that asserts it: the one that is broken if another value is shown."""

    value: Text = UNKNOWN
    asserted_by: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key: its permissions and account groups; None if the target does not name them."""

    permissions: frozenset[str] | None
    groups: frozenset[str] | None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """An audience that exists.

    Attributes:
        named_by_suite: Whether a request of the suite created or named it, so that its name is unique.
        ready: False if the pages do not decide whether the guard still holds (a cancelled job, a monitoring audience).
            A recorded active job guards the audience in any case.
    """

    name: Known = Known()
    description: Known = Known()
    folder: Known = Known()
    type: Text = UNKNOWN
    named_by_suite: bool = False
    ready: bool = True


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that exists; no documented operation deletes one."""

    name: Known = Known()
    type: Text = UNKNOWN


class Activity(Enum):
    """The known activity of a job.

    Attributes:
        ACTIVE: Declared active by a provider state.
        OPEN: It may end at any time.
        ENDED: Declared or shown as ended.
    """

    ACTIVE = "active"
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Job:
    """A job.

    Attributes:
        audience: The identifier of the audience that it populates; None if unknown (P1 does not return it).
        outcome: The last status; None if unknown.
        declared: Whether a provider state, and not only a response of the API, declared the activity.
        body: The body of the request that started it.
    """

    activity: Activity
    audience: str | None = None
    outcome: str | None = None
    declared: bool = False
    body: str | None = None


@dataclass(frozen=True, slots=True)
class StartRequest:
    """The body that was sent with an idempotency key, and the job in the response; None if the reply was lost."""

    body: str
    job: str | None


@dataclass(frozen=True, slots=True)
class State:
    """A possible state of the target.

    Attributes:
        deleted: The deleted audiences, as they last were.
        starts: The start requests by account group, API key and idempotency key.
        reissued: The deleted audiences whose identifier may belong to a new, unknown audience.
        lagging: The audiences that changed, and the jobs that began, and may not have settled; lists may not show it.
        unsettled: Those of them that a request has created, changed, started or cancelled; reads may not show it.
        may_hold_unknown: The account groups that may hold unknown audiences or folders.
        may_have_unknown_jobs: The account groups that may have unknown jobs.
        may_have_unknown_active_job: Those of them in which the suite may have started such a job, still active.
    """

    keys: Records[str, Key] = field(default_factory=Records)
    audiences: Records[Path, Audience] = field(default_factory=Records)
    deleted: Records[Path, Audience] = field(default_factory=Records)
    folders: Records[Path, Folder] = field(default_factory=Records)
    jobs: Records[Path, Job] = field(default_factory=Records)
    starts: Records[tuple[str, str | None, str], StartRequest] = field(default_factory=Records)
    reissued: frozenset[Path] = frozenset()
    lagging: frozenset[Path] = frozenset()
    unsettled: frozenset[Path] = frozenset()
    may_hold_unknown: frozenset[str] = frozenset()
    may_have_unknown_jobs: frozenset[str] = frozenset()
    may_have_unknown_active_job: frozenset[str] = frozenset()

    def is_populated(self, path: Path) -> bool:
        """Whether the target declared an active job that populates this audience."""
        group, audience = path
        return any(
            job.activity is Activity.ACTIVE and (job_group, job.audience) == (group, audience)
            for (job_group, _), job in self.jobs.items()
        )

    def may_be_active(self, job: Path) -> bool:
        """Whether the job is not known to have ended."""
        known = self.jobs.get(job)
        return known is None or known.activity is not Activity.ENDED

    def may_be_populating(self, group: str) -> bool:
        """Whether a job may be active on an unknown audience of the account group, be it an existing or a new one."""
        return group in self.may_have_unknown_active_job or any(
            job.activity is not Activity.ENDED and job.audience is None
            for (job_group, _), job in self.jobs.items()
            if job_group == group
        )

    def with_audience(self, path: Path, audience: Audience, *, lagging: bool = True) -> "State":
        """Return the state with an audience; a deleted audience with its identifier is forgotten."""
        return replace(
            self,
            audiences=self.audiences.put(path, audience),
            deleted=self.deleted.drop(path),
            reissued=self.reissued - {path},
            lagging=self.lagging | {path} if lagging else self.lagging,
        )

    def without_audience(self, path: Path) -> "State":
        """Return the state without an audience; a job that may create one may reuse its identifier."""
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
        """Return the state with a job; a new job may be missing in the list for a while."""
        lagging = self.lagging if path in self.jobs else self.lagging | {path}
        return replace(self, jobs=self.jobs.put(path, job), lagging=lagging)

    def with_unsettled(self, path: Path) -> "State":
        """Return the state in which a read of the resource may show it as it was before the last request."""
        return replace(self, unsettled=self.unsettled | {path})

    def with_unknown(self, group: str) -> "State":
        """Return the state with an unknown new resource in the account group; its identifier may be a reused one."""
        free = {path for path in self.deleted if path[0] == group}
        return replace(self, may_hold_unknown=self.may_hold_unknown | {group}, reissued=self.reissued | free)
