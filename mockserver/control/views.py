"""The control plane's JSON representations of sandboxes, keys, account groups and jobs."""

from collections.abc import Iterable

from mockserver.control.responses import Body
from mockserver.domain.account import AccountGroup
from mockserver.domain.instant import iso
from mockserver.domain.job import Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.service import worlds
from mockserver.service.prospecting import SeenJob
from mockserver.service.sandboxes import SeenSandbox

_SUMMARY_SIZE = 120


def summaries_size(records: Iterable[Sandbox]) -> int:
    """Return about how many characters the list of some sandboxes has."""
    return sum(len(record.name) + _SUMMARY_SIZE for record in records)


def summary(record: Sandbox) -> Body:
    """Return a sandbox as an item of the list."""
    return {
        "id": record.id,
        "name": record.name,
        "createdAt": iso(record.created_at),
        "idleExpirySeconds": idle_expiry(record),
    }


def sandbox(inspected: SeenSandbox) -> Body:
    """Return a sandbox with its keys and account groups."""
    return {
        "id": inspected.sandbox.id,
        "name": inspected.sandbox.name,
        "run": inspected.sandbox.run,
        "now": iso(inspected.now),
        "clock": clock(inspected.sandbox.clock, inspected.now),
        "idleExpirySeconds": idle_expiry(inspected.sandbox),
        "rateLimit": None if inspected.sandbox.limit is None else str(inspected.sandbox.limit),
        "keys": [key(record) for record in inspected.keys],
        "accountGroups": [
            account_group(record) for record in sorted(inspected.account_groups, key=lambda record: record.serial)
        ],
    }


def idle_expiry(record: Sandbox) -> float | None:
    """Return the seconds of disuse after which a sandbox is deleted; None for never."""
    return None if record.expiry is None else record.expiry / 1_000


def clock(record: SandboxClock, now: int) -> Body:
    """Return a clock and its current time."""
    return {"now": iso(now), "mode": "real" if record.frozen_at is None else "manual"}


def key(record: ApiKey) -> Body:
    """Return an API key with its full token: clients of the control plane may create keys anyway."""
    return {
        "key": record.token,
        "name": record.name,
        "permissions": sorted(record.permissions),
        "accountGroupIds": sorted(record.account_group_ids),
        "revoked": record.revoked,
        "expiresAt": None if record.expires_at is None else iso(record.expires_at),
        "rateLimit": None if record.limit is None else str(record.limit),
    }


def keys(records: Iterable[ApiKey]) -> Body:
    """Return all keys of a sandbox."""
    return {"keys": [key(record) for record in records]}


def account_group(record: AccountGroup) -> Body:
    """Return an account group."""
    return {"id": record.id, "name": record.name, "plan": record.plan.value, "credits": record.credits}


def job_pace(record: Progression) -> Body:
    """Return a progression, with the member names of a seed document."""
    return worlds.progression(record)


def job(observed: SeenJob) -> Body:
    """Return a job at an instant."""
    record, now = observed.job, observed.now
    ending = record.ending_at(now)
    return {
        "id": record.id,
        "accountGroupId": record.account_group_id,
        "audienceId": record.audience_id,
        "status": observed.status.value,
        "requested": record.requested,
        "imported": record.imported_at(now),
        "progress": round(record.progress_at(now), 2),
        "stages": {
            "import": round(record.import_progress_at(now), 2),
            "enrichment": round(record.enrichment_progress_at(now), 2),
        },
        "polled": record.polled,
        "createdAt": iso(record.created_at),
        "endedAt": None if ending is None else iso(ending.at),
        "jobPace": job_pace(record.progression),
    }


def jobs(observed: Iterable[SeenJob]) -> Body:
    """Return all jobs of a sandbox."""
    return {"jobs": [job(item) for item in observed]}
