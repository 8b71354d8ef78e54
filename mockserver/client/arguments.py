"""The members of requests to the control plane, as keyword arguments: `delay_ms` stands for `delayMs`."""

from typing import Any, Literal, TypedDict

from mockserver.client.documents import ActiveStatus, ClientRule, FaultKind, Outcome, Pace, Permission, Preset, Stage


class NewSandbox(TypedDict, total=False):
    """The members of a sandbox to make."""

    name: str
    run: str
    idle_expiry_seconds: float | None
    from_: str
    seed: dict[str, Any] | str


class NewFault(TypedDict, total=False):
    """The members of a fault to add."""

    preset: Preset
    kind: FaultKind
    operation: str
    key: str
    resource: str
    from_: int
    times: int
    probability: float
    delay_ms: int
    status: int
    retry_after: int
    resend_ms: int


class JobPaceChange(TypedDict, total=False):
    """A change of the course of jobs."""

    pace: Pace
    duration_ms: int
    polls: int
    status: ActiveStatus
    outcome: Outcome
    stage: Stage
    share: float


class NewJob(JobPaceChange, total=False):
    """The members of a job to start: those of its course, and more."""

    account_group_id: str
    audience_id: str
    requested: int


class JobEnd(TypedDict, total=False):
    """The end of a job."""

    outcome: Outcome
    stage: Stage
    share: float


class NewKey(TypedDict, total=False):
    """The members of a key to make."""

    name: str
    permissions: list[Permission]
    account_group_ids: list[str]
    revoked: bool
    expires_at: str | None


class KeyChange(TypedDict, total=False):
    """A change of a key."""

    revoked: bool
    permissions: list[Permission]
    expires_at: str | None


class Verification(TypedDict, total=False):
    """The rules and the exchanges to judge."""

    rules: list[ClientRule]
    ignore: list[ClientRule]
    since: int


class PresetNarrowing(TypedDict, total=False):
    """The members beside the preset and the operation of a fault."""

    key: str
    resource: str
    from_: int
    times: int
    resend_ms: int


class AudienceFilter(TypedDict, total=False):
    """The parameters that narrow a list of audiences."""

    text: str
    ready: bool
    offset: int
    limit: int


class ExchangeFilter(TypedDict, total=False):
    """The parameters that narrow a list of exchanges."""

    operation: str
    status: int | str
    resource: str
    key: str
    since: int | str
    until: int | str
    limit: int
    order: Literal["newest", "oldest"]
