"""The content of a sandbox as a seed document: a sandbox made from it gives the same responses.

The document leaves out the journal, the secret behind identifiers and cursors, faults for keys that have been removed,
and the requests that a fault resets again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.fault import Fault
from mockserver.domain.folder import Folder
from mockserver.domain.instant import iso
from mockserver.domain.job import Job, Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import FULL
from mockserver.domain.replay import Replay
from mockserver.service.transactions import UnitOfWork

_World = dict[str, Any]


async def export(work: UnitOfWork, *, tokens: bool = False) -> _World:
    """Return a sandbox as a seed document.

    Args:
        work: The unit of work; it reads only.
        tokens: Whether keys have their tokens; without them, a sandbox made from the document has fresh ones.
    """
    transaction, sandbox = work.transaction, work.sandbox
    keys = sorted(await transaction.api_keys(), key=lambda key: key.token)
    groups = sorted(await transaction.account_groups(), key=lambda group: group.serial)
    replays = [replay for replay in await transaction.replays() if work.now < replay.expires_at]
    names = {key.token: key.token for key in keys} if tokens else _names(keys, sandbox.faults)
    faults = [(fault, names.get(fault.key or "", fault.key)) for fault in sandbox.faults]
    known = {None, *names.values(), *(key.name for key in keys if tokens)}
    return {
        "clock": {"mode": "real" if sandbox.clock.frozen_at is None else "manual", "at": iso(work.now)},
        "pace": progression(sandbox.progression),
        "rateLimit": None if sandbox.limit is None else str(sandbox.limit),
        "generatedIds": await transaction.last_serial(),
        "keys": [_key(key, names.get(key.token), tokens=tokens) for key in keys],
        "accountGroups": [await _account_group(work, group, replays) for group in groups],
        "faults": [_fault(fault, key) for fault, key in faults if key in known],
    }


def progression(record: Progression) -> _World:
    """Return a progression, with the member names of a seed document."""
    return {
        "pace": record.pace.value,
        "durationMs": record.duration,
        "polls": record.polls,
        "status": record.status.value,
        "outcome": record.outcome.value,
        "stage": record.stage.value,
        "share": record.share,
    }


def _names(keys: Sequence[ApiKey], faults: Iterable[Fault]) -> Mapping[str, str]:
    """Return the names of keys by their tokens, in a document without tokens.

    A name that contains a token is left out. A key that a fault names by its token gets a name of its own if another
    key has the same name, or if it has none, so that the fault can name it.
    """
    tokens = {key.token for key in keys}
    names = {key.token: key.name for key in keys if key.name not in tokens and key.token not in key.name}
    for token in dict.fromkeys(fault.key for fault in faults if fault.key in tokens):
        others = {name for other, name in names.items() if other != token}
        if token is not None and names.get(token) in {None, *others}:
            numbers = range(1, len(others) + 2)
            names[token] = next(name for number in numbers if (name := f"key {number}") not in others)
    return names


def _key(record: ApiKey, name: str | None, *, tokens: bool) -> _World:
    named: _World = {"key": record.token, "name": record.name} if tokens else {} if name is None else {"name": name}
    limited = record.limit is not None or record.bucket != FULL
    return {
        **named,
        "permissions": sorted(record.permissions),
        "accountGroupIds": sorted(record.account_group_ids),
        "revoked": record.revoked,
        "expiresAt": None if record.expires_at is None else iso(record.expires_at),
        **({"limit": None if record.limit is None else str(record.limit)} if limited else {}),
        **(
            {"bucket": {"lacking": record.bucket.lacking, "at": iso(record.bucket.at)}} if record.bucket != FULL else {}
        ),
        **({"limited": True} if record.limited else {}),
        **({"failures": record.failures} if record.failures else {}),
    }


async def _account_group(work: UnitOfWork, record: AccountGroup, replays: Iterable[Replay]) -> _World:
    transaction = work.transaction
    folders = await transaction.folders(record.id)
    audiences = await transaction.audiences(record.id, before=None, limit=None)
    jobs = await transaction.jobs(record.id, before=None, limit=None)
    return {
        "id": record.id,
        "name": record.name,
        "plan": record.plan.value,
        "credits": record.credits,
        **({"creditsExhausted": True} if record.credits_exhausted else {}),
        "createdAt": iso(record.created_at),
        "folders": [_folder(folder) for folder in reversed(folders)],
        "audiences": [_audience(audience) for audience in reversed(audiences)],
        "jobs": [_job(job) for job in reversed(jobs)],
        "replays": [_replay(replay) for replay in replays if replay.account_group_id == record.id],
    }


def _folder(record: Folder) -> _World:
    return {
        "id": record.id,
        "name": record.name,
        "audienceType": record.audience_type.value,
        "isPinned": record.is_pinned,
        "position": record.position,
        "createdAt": iso(record.created_at),
        "updatedAt": iso(record.updated_at),
    }


def _audience(record: Audience) -> _World:
    return {
        "id": record.id,
        "name": record.name,
        "type": record.type,
        "description": record.description,
        "folderId": record.folder_id,
        "prospects": record.prospect_count,
        "createdAt": iso(record.created_at),
        **({"urls": list(record.urls)} if record.urls else {}),
    }


def _job(record: Job) -> _World:
    ending = record.ending
    ended = (
        {} if ending is None else {"outcome": ending.outcome.value, "at": iso(ending.at), "progress": ending.progress}
    )
    return {
        "id": record.id,
        "audienceId": record.audience_id,
        "requested": record.requested,
        "price": record.price,
        **progression(record.progression),
        "createdAt": iso(record.created_at),
        "polled": record.polled,
        **({"ending": ended} if ended else {}),
    }


def _replay(record: Replay) -> _World:
    return {
        "idempotencyKey": record.idempotency_key,
        "jobId": record.job_id,
        "fingerprint": record.fingerprint,
        "expiresAt": iso(record.expires_at),
    }


def _fault(record: Fault, key: str | None) -> _World:
    members = {
        "partOf": record.preset,
        "operation": record.operation,
        "key": key,
        "resource": record.resource,
        "times": record.times,
        "delayMs": record.delay or None,
        "status": record.status,
        "retryAfter": record.retry_after,
        "resendMs": record.resend_window,
    }
    return {
        "id": record.id,
        "kind": record.kind.value,
        **{name: value for name, value in members.items() if value is not None},
        "from": record.first,
        "probability": record.probability,
        "matched": record.matched,
        "acted": record.acted,
    }


def records(document: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the number of records of each kind in an exported document."""
    groups = document["accountGroups"]
    counts = {kind: sum(len(group[kind]) for group in groups) for kind in ("folders", "audiences", "jobs", "replays")}
    return {"keys": len(document["keys"]), "accountGroups": len(groups), **counts}
