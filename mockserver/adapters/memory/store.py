"""The embedded store: worlds in dictionaries, gone when the process ends."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mockserver.adapters.memory.records import SandboxRecords
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Access, AudienceRef, Caller, Journal, SandboxNotFoundError, TakenIdError
from mockserver.recording.exchange import Exchange


class MemoryStore:
    """Worlds by sandbox id, and whose each API key is.

    `journal_limit`, `journal_bytes`: what the journal of each sandbox may hold.
    """

    def __init__(self, journal_limit: int = 1_000, journal_bytes: int = 4 << 20) -> None:
        self._journal_limits = journal_limit, journal_bytes
        self.worlds: dict[str, SandboxRecords] = {}
        self.owners: dict[str, SandboxRecords] = {}

    async def caller(self, token: str) -> Caller | None:
        """See `Store.caller`."""
        world = self.owners.get(token)
        return None if world is None else Caller(world.keys[token], world.sandbox)

    async def sandboxes(self) -> Sequence[Sandbox]:
        """See `Store.sandboxes`."""
        return [world.sandbox for world in self.worlds.values()]

    async def count(self) -> int:
        """See `Store.count`."""
        return len(self.worlds)

    @asynccontextmanager
    async def creation(self, sandbox: Sandbox, seed: Mapping[str, Any]) -> AsyncIterator[MemoryTransaction]:
        """See `Store.creation`."""
        if sandbox.id in self.worlds:
            raise TakenIdError(f"there is a sandbox {sandbox.id} already")
        limit, size = self._journal_limits
        self.worlds[sandbox.id] = SandboxRecords(sandbox, seed, journal_limit=limit, journal_bytes=size)
        try:
            async with self.transaction(sandbox.id) as transaction:
                yield transaction
        except BaseException:
            await self.remove_sandbox(sandbox.id)
            raise

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """See `Store.remove_sandbox`."""
        world = self.worlds.pop(sandbox_id, None)
        if world is None:
            raise SandboxNotFoundError(sandbox_id)
        for token in world.keys:
            del self.owners[token]

    async def tokens(self) -> Collection[str]:
        """See `Store.tokens`."""
        return self.owners.keys()

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """See `Store.append`."""
        world = self.worlds.get(sandbox_id)
        if world is not None:
            world.journal.append(exchange)

    async def journal(self, sandbox_id: str, *, after: int = 0) -> Journal:
        """See `Store.journal`."""
        return self._records(sandbox_id).journal.read(after)

    async def clear_journal(self, sandbox_id: str) -> None:
        """See `Store.clear_journal`."""
        self._records(sandbox_id).journal.clear()

    def _records(self, sandbox_id: str) -> SandboxRecords:
        world = self.worlds.get(sandbox_id)
        if world is None:
            raise SandboxNotFoundError(sandbox_id)
        return world

    def transaction(
        self,
        sandbox_id: str,
        access: Access = Access.EXCLUSIVE,  # noqa: ARG002  (nobody ever works in a sandbox meanwhile)
        about: AudienceRef | None = None,  # noqa: ARG002  (nothing is far away)
    ) -> MemoryTransaction:
        """See `Store.transaction`."""
        return MemoryTransaction(self.worlds, self.owners, sandbox_id)
