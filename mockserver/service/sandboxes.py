"""Sandboxes: made, looked at, reset, deleted; their clocks and the pace of their jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mockserver.domain.account import AccountGroup
from mockserver.domain.identifier import identifier
from mockserver.domain.job import Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.limit import RateLimit
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.ports import Clock, Ids, SandboxNotFoundError, Store
from mockserver.service.expiry import discard, note_use
from mockserver.service.seeding import Document, Seeded, TakenKeyError, apply_seed
from mockserver.service.transactions import UnitOfWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SeenSandbox:
    """A sandbox as it is at an instant of its own clock."""

    sandbox: Sandbox
    now: int
    keys: Sequence[ApiKey]
    account_groups: Sequence[AccountGroup]


class TooManyError(Exception):
    """There are as many sandboxes as there may be; the message says how many."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What goes for all sandboxes of a server.

    `limit`: the rate limit that a sandbox begins with. `expiry`: milliseconds after which an unused one is gone, where
    its maker does not say otherwise; None for never. `most`: how many there may be.
    """

    limit: RateLimit | None = None
    expiry: int | None = 3_600_000
    most: int = 10_000


_POLICY = Policy()


class Sandboxes:
    """All worlds of one store. Every method that names a sandbox raises SandboxNotFoundError where there is none."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, progression: Progression, policy: Policy = _POLICY
    ) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._ids = ids
        self._progression = progression

    async def create(
        self,
        seed: Document | None,
        *,
        name: str = "",
        sandbox_id: str | None = None,
        expiry: int | None = None,
        secret: str | None = None,
    ) -> SeenSandbox:
        """Make a sandbox from a seed document, or without one with an account group and a key that may do everything.

        `expiry`: milliseconds of real time after which it is gone if nobody uses it; None for never.
        `secret`: what its identifiers are made of, a fresh one where it is left out.
        SeedError leaves nothing behind; TakenIdError where there is one with its id; TooManyError.
        """
        await self._ensure_room()
        secret = secret or self._ids.secret()
        now = self._clock.now()
        document = self._starter() if seed is None else seed
        sandbox = Sandbox(
            id=sandbox_id or identifier(secret, 0),
            name=name,
            secret=secret,
            created_at=now,
            progression=self._progression,
            limit=self.policy.limit,
            expiry=expiry,
            used_at=now,
        )
        try:
            return await self._apply_seed(sandbox, document)
        except TakenKeyError:
            if not await self._sweep():
                raise
            return await self._apply_seed(sandbox, document)

    async def _apply_seed(self, sandbox: Sandbox, document: Document) -> SeenSandbox:
        async with self._store.creation(sandbox, document) as transaction:
            run = UnitOfWork(transaction, sandbox, sandbox.clock.now(sandbox.created_at))
            await apply_seed(run, document)
            return await _seen(run)

    async def _ensure_room(self) -> None:
        if await self._store.count() >= self.policy.most and not await self._sweep():
            raise TooManyError(f"there are {self.policy.most} sandboxes already, and more are not allowed")

    def _starter(self) -> Document:
        key = {"key": f"sk_test_{self._ids.secret()}", "name": "all permissions"}
        return {"keys": [key], "accountGroups": [{"name": "Account group"}]}

    async def work(self, sandbox_id: str, act: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        """Do something to a sandbox in one transaction; that is a use of it."""
        async with self._store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            real = self._clock.now()
            if not sandbox.is_expired(real):
                sandbox = await note_use(transaction, sandbox, real)
                return await act(UnitOfWork(transaction, sandbox, sandbox.clock.now(real)))
        await discard(self._store, sandbox_id)
        raise SandboxNotFoundError(sandbox_id)

    async def inspect(self, sandbox_id: str) -> SeenSandbox:
        """Look at a sandbox."""
        return await self.work(sandbox_id, _seen)

    async def list_all(self) -> Sequence[Sandbox]:
        """All sandboxes, oldest first. Those that have expired are swept away."""
        await self._sweep()
        return await self._store.sandboxes()

    async def _sweep(self) -> int:
        """Remove the sandboxes that have expired; answers how many."""
        real = self._clock.now()
        expired = [sandbox.id for sandbox in await self._store.sandboxes() if sandbox.is_expired(real)]
        for sandbox_id in expired:
            await discard(self._store, sandbox_id)
        return len(expired)

    async def delete(self, sandbox_id: str) -> None:
        """Delete a sandbox with all that is in it."""
        await self.inspect(sandbox_id)
        await self._store.remove_sandbox(sandbox_id)

    async def reset(self, sandbox_id: str) -> Seeded:
        """Put a sandbox back to its seed: the same keys and identifiers, a real clock, the first pace and limit."""

        async def apply_seed_again(work: UnitOfWork) -> Seeded:
            sandbox = replace(
                work.sandbox, clock=SandboxClock(), progression=self._progression, limit=self.policy.limit, faults=()
            )
            await work.transaction.clear()
            await work.transaction.save_sandbox(sandbox)
            return await apply_seed(
                UnitOfWork(work.transaction, sandbox, self._clock.now()), await work.transaction.seed()
            )

        return await self.work(sandbox_id, apply_seed_again)

    async def set_clock(self, sandbox_id: str, change: Callable[[SandboxClock, int], SandboxClock]) -> SeenSandbox:
        """Change a sandbox's clock; `change` gets the clock and the real time, and may raise ValueError."""

        async def save(work: UnitOfWork) -> None:
            clock = change(work.sandbox.clock, self._clock.now())
            await work.transaction.save_sandbox(replace(work.sandbox, clock=clock))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)

    async def set_progression(self, sandbox_id: str, change: Callable[[Progression], Progression]) -> SeenSandbox:
        """Change how the sandbox's next jobs move."""

        async def save(work: UnitOfWork) -> None:
            progression = change(work.sandbox.progression)
            await work.transaction.save_sandbox(replace(work.sandbox, progression=progression))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)


async def _seen(work: UnitOfWork) -> SeenSandbox:
    keys, account_groups = await work.transaction.api_keys(), await work.transaction.account_groups()
    return SeenSandbox(work.sandbox, work.now, keys, account_groups)
