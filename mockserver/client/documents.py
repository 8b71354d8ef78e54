"""The documents of the control plane, as `openapi/control.yaml` describes them."""

import sys
from typing import Literal, NotRequired

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:  # it comes with httpx; pydantic, for the tools for agents, refuses the older one of `typing`
    from typing_extensions import TypedDict

ClockMode = Literal["real", "manual"]
JobStatus = Literal["queued", "running", "completed", "failed", "cancelled"]
ActiveStatus = Literal["queued", "running"]
Outcome = Literal["completed", "failed", "cancelled"]
Pace = Literal["time", "immediate", "polls", "manual"]
Stage = Literal["import", "enrichment"]
ExchangeOutcome = Literal["answered", "truncated", "lost", "abandoned"]
ClientRule = Literal[
    "CLIENT-RETRY-UNREAD",
    "CLIENT-START-KEY",
    "CLIENT-KEY-REUSED",
    "CLIENT-RETRY-AFTER",
    "CLIENT-GUARD-HAMMERED",
    "CLIENT-PERMISSION-REPEATED",
    "CLIENT-CONTRACT",
]
FaultKind = Literal[
    "response",
    "delay",
    "late-answer",
    "reset-before",
    "reset-after",
    "truncated-body",
    "malformed-json",
    "wrong-content-type",
]
Preset = Literal["lost-reply", "flaky", "slow", "maintenance"]
Permission = Literal[
    "audiences:read",
    "audiences:write",
    "prospects:read",
    "prospecting:read",
    "prospecting:write",
    "signals:read",
    "signals:write",
    "templates:read",
    "templates:write",
    "campaigns:read",
    "campaigns:write",
    "campaigns:execute",
    "campaigns:delete",
    "messages:read",
    "messages:write",
]


class Clock(TypedDict):
    """The clock of a sandbox."""

    now: str
    mode: ClockMode


StatusChange = TypedDict(
    "StatusChange",
    {
        "jobId": str,
        "from": JobStatus,
        "to": JobStatus,
    },
)
"""A change of the status of a job."""


class Event(TypedDict):
    """An event that an advance of the clock caused."""

    at: str
    event: Literal[
        "job-started", "job-ended", "key-expired", "idempotency-key-forgotten", "limit-lifted", "limit-refilled"
    ]
    jobId: NotRequired[str]
    accountGroupId: NotRequired[str]
    audienceId: NotRequired[str]
    outcome: NotRequired[Outcome]
    imported: NotRequired[int]
    key: NotRequired[str]
    idempotencyKey: NotRequired[str]


class ClockAdvanced(TypedDict):
    """A clock that was advanced, and the effects."""

    now: str
    mode: ClockMode
    changes: list[StatusChange]
    events: list[Event]


class JobPace(TypedDict):
    """The course of jobs."""

    pace: Pace
    durationMs: int
    polls: int
    status: ActiveStatus
    outcome: Outcome
    stage: Stage
    share: float


class Job(TypedDict):
    """A prospecting job."""

    id: str
    accountGroupId: str
    audienceId: str
    status: JobStatus
    requested: int
    imported: int
    progress: float
    stages: dict[str, float]
    polled: int
    createdAt: str
    endedAt: str | None
    jobPace: JobPace


class Key(TypedDict):
    """An API key."""

    key: str
    name: str
    permissions: list[Permission]
    accountGroupIds: list[str]
    revoked: bool
    expiresAt: str | None
    rateLimit: str | None


class AccountGroup(TypedDict):
    """An account group."""

    id: str
    name: str
    plan: Literal["tester", "starter", "scale", "enterprise"]
    credits: int


class SandboxDocument(TypedDict):
    """The description of a sandbox."""

    id: str
    name: str
    run: str
    now: str
    clock: Clock
    idleExpirySeconds: float | None
    rateLimit: str | None
    keys: list[Key]
    accountGroups: list[AccountGroup]


class SandboxSummary(TypedDict):
    """The description of a sandbox in a list."""

    id: str
    name: str
    createdAt: str
    idleExpirySeconds: float | None


class Snapshot(TypedDict):
    """A snapshot of a sandbox."""

    name: str
    takenAt: str
    now: str
    size: int
    records: dict[str, int]


class KeyLimit(TypedDict):
    """The rate limit of a key."""

    key: str
    rate: str | None
    own: bool
    left: int | None
    fullAt: str | None


class Limits(TypedDict):
    """The rate limits of a sandbox."""

    rate: str | None
    keys: list[KeyLimit]


Fault = TypedDict(
    "Fault",
    {
        "id": str,
        "preset": str | None,
        "kind": FaultKind,
        "operation": str | None,
        "key": str | None,
        "resource": str | None,
        "from": int,
        "times": int | None,
        "probability": float,
        "delayMs": int,
        "status": int | None,
        "retryAfter": int | None,
        "resendMs": int | None,
        "matched": int,
        "acted": int,
        "remaining": int | None,
    },
)
"""An injected fault, with its counts."""


class KeyHint(TypedDict):
    """The owner of a request."""

    name: str | None
    hint: str


class ExchangeSummary(TypedDict):
    """An exchange in short."""

    number: int
    at: str
    realAt: str
    durationMs: float
    key: KeyHint | None
    operation: str | None
    method: str
    path: str
    query: str
    status: int | None
    outcome: ExchangeOutcome
    rule: str | None
    faults: list[str]
    resent: bool


class AskedRule(TypedDict):
    """A step of a decision trace."""

    rule: str
    verdict: Literal["passed", "refused", "answered"]


class Header(TypedDict):
    """A header."""

    name: str
    value: str


class Message(TypedDict):
    """A request or a response."""

    headers: list[Header]
    body: str | None
    bodyBytes: int


class Exchange(ExchangeSummary):
    """An exchange with its decision trace."""

    trace: list[AskedRule]
    request: Message
    response: Message


class Finding(TypedDict):
    """A mistake of a client."""

    rule: ClientRule
    summary: str
    basis: Literal["documented", "inferred"]
    sentence: str | None
    source: str | None
    operation: str | None
    exchanges: list[int]
    advice: str


class Audience(TypedDict):
    """An audience."""

    id: str
    accountGroupId: str
    name: str
    type: str
    folderId: str | None
    prospectCount: int
    ready: bool
    jobId: str | None
    createdAt: str


class Folder(TypedDict):
    """A folder of audiences."""

    id: str
    accountGroupId: str
    name: str
    audienceType: Literal["on_demand", "monitoring"]


class AudienceList(TypedDict):
    """Audiences and folders."""

    audiences: list[Audience]
    folders: list[Folder]
    more: bool
