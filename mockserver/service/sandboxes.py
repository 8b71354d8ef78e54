"""Sandboxes: made, looked at, reset, deleted; their clocks and the pace of their jobs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from mockserver.domain.account import AccountGroup
from mockserver.domain.identifier import identifier
from mockserver.domain.job import Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox, SandboxClock
from mockserver.ports import Clock, Ids, Store
from mockserver.service.seeding import Document, Seeded, plant
from mockserver.service.transactions import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SeenSandbox:
    """A sandbox as it is at an instant of its own clock."""

    sandbox: Sandbox
    now: int
    keys: Sequence[ApiKey]
    account_groups: Sequence[AccountGroup]


class Sandboxes:
    """All worlds of one store. Every method that names a sandbox raises SandboxNotFoundError where there is none."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, progression: Progression) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._progression = progression

    async def create(self, seed: Document | None, *, name: str = "", sandbox_id: str | None = None) -> SeenSandbox:
        """Make a sandbox from a seed document, or without one with an account group and a key that may do everything.

        SeedError leaves nothing behind; ValueError where the id is taken.
        """
        secret = self._ids.secret()
        document = self._starter() if seed is None else seed
        sandbox = Sandbox(
            id=sandbox_id or identifier(secret, 0),
            name=name,
            secret=secret,
            created_at=self._clock.now(),
            progression=self._progression,
            seed=document,
        )
        await self._store.add_sandbox(sandbox)
        try:
            await self.work(sandbox.id, lambda work: plant(work, document))
        except ValueError:
            await self._store.remove_sandbox(sandbox.id)
            raise
        return await self.inspect(sandbox.id)

    def _starter(self) -> Document:
        key = {"key": f"sk_test_{self._ids.secret()}", "name": "all permissions"}
        return {"keys": [key], "accountGroups": [{"name": "Account group"}]}

    async def work(self, sandbox_id: str, act: Callable[[Work], Awaitable[T]]) -> T:
        """Do something to a sandbox in one transaction."""
        async with self._store.transaction(sandbox_id) as transaction:
            sandbox = await transaction.sandbox()
            return await act(Work(transaction, sandbox, sandbox.clock.now(self._clock.now())))

    async def inspect(self, sandbox_id: str) -> SeenSandbox:
        """Look at a sandbox."""

        async def look(work: Work) -> SeenSandbox:
            keys = await work.transaction.api_keys()
            return SeenSandbox(work.sandbox, work.now, keys, await work.transaction.account_groups())

        return await self.work(sandbox_id, look)

    async def every(self) -> Sequence[Sandbox]:
        """All sandboxes, oldest first."""
        return await self._store.sandboxes()

    async def delete(self, sandbox_id: str) -> None:
        """Delete a sandbox with all that is in it."""
        await self._store.remove_sandbox(sandbox_id)

    async def reset(self, sandbox_id: str) -> Seeded:
        """Put a sandbox back to its seed: the same keys and identifiers, a real clock, the pace it began with."""

        async def replant(work: Work) -> Seeded:
            sandbox = replace(work.sandbox, clock=SandboxClock(), progression=self._progression, faults=())
            await work.transaction.clear()
            await work.transaction.save_sandbox(sandbox)
            return await plant(Work(work.transaction, sandbox, self._clock.now()), sandbox.seed)

        return await self.work(sandbox_id, replant)

    async def set_clock(self, sandbox_id: str, change: Callable[[SandboxClock, int], SandboxClock]) -> SeenSandbox:
        """Change a sandbox's clock; `change` gets the clock and the real time, and may raise ValueError."""

        async def save(work: Work) -> None:
            clock = change(work.sandbox.clock, self._clock.now())
            await work.transaction.save_sandbox(replace(work.sandbox, clock=clock))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)

    async def set_progression(self, sandbox_id: str, change: Callable[[Progression], Progression]) -> SeenSandbox:
        """Change how the sandbox's next jobs move."""

        async def save(work: Work) -> None:
            progression = change(work.sandbox.progression)
            await work.transaction.save_sandbox(replace(work.sandbox, progression=progression))

        await self.work(sandbox_id, save)
        return await self.inspect(sandbox_id)
