"""The rate limits of a sandbox and of its keys: list, set and remove."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mockserver.domain.key import ApiKey
from mockserver.domain.limit import FULL, RateLimit
from mockserver.service import control_actions
from mockserver.service.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """The limit that applies to a key at an instant: its own or its sandbox's; None for no limit."""

    key: ApiKey
    limit: RateLimit | None
    now: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The limit of a sandbox, and the limits that apply to its keys."""

    limit: RateLimit | None
    keys: Sequence[KeyLimit]


async def list_limits(work: UnitOfWork) -> Limits:
    """Return all limits."""
    keys = await work.transaction.api_keys()
    limit = work.sandbox.limit
    return Limits(limit, [KeyLimit(key, key.limit or limit, work.now) for key in keys])


async def limit_all(work: UnitOfWork, limit: RateLimit) -> Limits:
    """Set the limit of all keys without one of their own, and fill their buckets."""
    await _save_limit(work, limit, [key for key in await work.transaction.api_keys() if key.limit is None])
    return await list_limits(work)


async def lift_all(work: UnitOfWork) -> None:
    """Remove the sandbox's limit and all per-key limits."""
    await _save_limit(work, None, [replace(key, limit=None) for key in await work.transaction.api_keys()])


async def _save_limit(work: UnitOfWork, limit: RateLimit | None, keys: Iterable[ApiKey]) -> None:
    work.sandbox = replace(work.sandbox, limit=limit)
    await work.transaction.save_sandbox(work.sandbox)
    for key in keys:
        await work.transaction.save_api_key(replace(key, bucket=FULL))


async def of_key(work: UnitOfWork, token: str) -> KeyLimit:
    """Return the limit that applies to a key; UnknownError if there is no such key."""
    key = await control_actions.key(work, token)
    return KeyLimit(key, key.limit or work.sandbox.limit, work.now)


async def limit_key(work: UnitOfWork, token: str, limit: RateLimit | None) -> KeyLimit:
    """Set a key's own limit, or None for the sandbox's, and fill its bucket; UnknownError if there is no such key."""
    key = await control_actions.key(work, token)
    await work.transaction.save_api_key(replace(key, limit=limit, bucket=FULL))
    return await of_key(work, token)
