"""Records as the control plane shows them."""

from collections.abc import Iterable

from mockserver.control.responses import Body
from mockserver.domain.account import AccountGroup
from mockserver.domain.instant import iso
from mockserver.domain.job import Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.service.prospecting import SeenJob
from mockserver.service.sandboxes import SeenSandbox


def summary(record: Sandbox) -> Body:
    """A sandbox as the list shows it."""
    return {
        "id": record.id,
        "name": record.name,
        "createdAt": iso(record.created_at),
        "idleExpirySeconds": idle_expiry(record),
    }


def sandbox(seen: SeenSandbox) -> Body:
    """A sandbox with its keys and account groups."""
    return {
        "id": seen.sandbox.id,
        "name": seen.sandbox.name,
        "now": iso(seen.now),
        "clock": clock(seen.sandbox.clock, seen.now),
        "idleExpirySeconds": idle_expiry(seen.sandbox),
        "rateLimit": None if seen.sandbox.limit is None else str(seen.sandbox.limit),
        "keys": [key(one) for one in seen.keys],
        "accountGroups": [account_group(one) for one in sorted(seen.account_groups, key=lambda group: group.serial)],
    }


def idle_expiry(record: Sandbox) -> float | None:
    """After how many seconds without a use a sandbox is gone; None for never."""
    return None if record.expiry is None else record.expiry / 1_000


def clock(record: SandboxClock, now: int) -> Body:
    """A clock at an instant of its own."""
    return {"now": iso(now), "mode": "real" if record.frozen_at is None else "manual"}


def key(record: ApiKey) -> Body:
    """An API key, in full: who may see this may make them."""
    return {
        "key": record.token,
        "name": record.name,
        "permissions": sorted(record.permissions),
        "accountGroupIds": sorted(record.account_group_ids),
        "revoked": record.revoked,
        "expiresAt": None if record.expires_at is None else iso(record.expires_at),
    }


def keys(records: Iterable[ApiKey]) -> Body:
    """All keys of a sandbox."""
    return {"keys": [key(one) for one in records]}


def account_group(record: AccountGroup) -> Body:
    """An account group."""
    return {"id": record.id, "name": record.name, "plan": record.plan.value, "credits": record.credits}


def job_pace(record: Progression) -> Body:
    """How jobs move, in the words of a seed document."""
    return {
        "pace": record.pace.value,
        "durationMs": record.duration,
        "polls": record.polls,
        "status": record.status.value,
        "outcome": record.outcome.value,
        "stage": record.stage.value,
        "share": record.share,
    }


def job(seen: SeenJob) -> Body:
    """A job as it is at an instant."""
    record, now = seen.job, seen.now
    ending = record.ending_at(now)
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "audienceId": record.audience_id,
        "status": seen.status.value,
        "requested": record.requested,
        "imported": record.imported_at(now),
        "progress": round(record.progress_at(now), 2),
        "polled": record.polled,
        "createdAt": iso(record.created_at),
        "endedAt": None if ending is None else iso(ending.at),
        "jobPace": job_pace(record.progression),
    }


def jobs(seen: Iterable[SeenJob]) -> Body:
    """All jobs of a sandbox."""
    return {"jobs": [job(one) for one in seen]}
