"""The rate limits of a sandbox and of its keys: set, looked at, lifted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mockserver.domain.key import ApiKey
from mockserver.domain.limit import FULL, RateLimit
from mockserver.service import control_actions
from mockserver.service.transactions import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeyLimit:
    """The limit that holds for a key at an instant, be it its own or that of its sandbox; None where none does."""

    key: ApiKey
    limit: RateLimit | None
    now: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The limit of a sandbox, and those that hold for its keys."""

    limit: RateLimit | None
    keys: Sequence[KeyLimit]


async def list_limits(work: UnitOfWork) -> Limits:
    """Look at all limits."""
    keys = await work.transaction.api_keys()
    limit = work.sandbox.limit
    return Limits(limit, [KeyLimit(key, key.limit or limit, work.now) for key in keys])


async def limit_all(work: UnitOfWork, limit: RateLimit) -> Limits:
    """Set the limit of each key that has none of its own, with a full bucket each."""
    await _save(work, limit, [key for key in await work.transaction.api_keys() if key.limit is None])
    return await list_limits(work)


async def lift_all(work: UnitOfWork) -> None:
    """Let no key have a limit any more, be it its own or that of the sandbox."""
    await _save(work, None, [replace(key, limit=None) for key in await work.transaction.api_keys()])


async def _save(work: UnitOfWork, limit: RateLimit | None, keys: Iterable[ApiKey]) -> None:
    work.sandbox = replace(work.sandbox, limit=limit)
    await work.transaction.save_sandbox(work.sandbox)
    for key in keys:
        await work.transaction.save_api_key(replace(key, bucket=FULL))


async def of_key(work: UnitOfWork, token: str) -> KeyLimit:
    """The limit that holds for a key; UnknownError where there is no such key."""
    key = await control_actions.key(work, token)
    return KeyLimit(key, key.limit or work.sandbox.limit, work.now)


async def limit_key(work: UnitOfWork, token: str, limit: RateLimit | None) -> KeyLimit:
    """Give a key a limit of its own, or None to have that of the sandbox again; its bucket is full. UnknownError."""
    key = await control_actions.key(work, token)
    await work.transaction.save_api_key(replace(key, limit=limit, bucket=FULL))
    return await of_key(work, token)
