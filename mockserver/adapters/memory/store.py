"""The embedded store: records in dictionaries, lost when the process ends."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mockserver.adapters.memory.records import SandboxRecords
from mockserver.adapters.memory.removed import RemovedCounts
from mockserver.adapters.memory.sizes import Capacity
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import (
    Access,
    AudienceRef,
    Caller,
    Journal,
    SandboxNotFoundError,
    StoreFullError,
    TakenIdError,
    Tally,
)
from mockserver.recording.coverage.counts import UNEXAMINED, Counts, add, count_response
from mockserver.recording.exchange import Exchange


class MemoryStore:
    """The records of all sandboxes, by sandbox id (`records`) and by the token of each key (`owners`).

    Args:
        journal_limit: The maximum number of exchanges in the journal of each sandbox.
        journal_bytes: The maximum size of the journal of each sandbox in bytes.
        max_data: The maximum size of all records and journals together in bytes.
    """

    def __init__(self, journal_limit: int = 1_000, journal_bytes: int = 4 << 20, max_data: int = 1 << 30) -> None:
        self._journal_limits = journal_limit, journal_bytes
        self.capacity = Capacity(max_data)
        self.records: dict[str, SandboxRecords] = {}
        self.owners: dict[str, SandboxRecords] = {}
        self._removed = RemovedCounts()

    async def caller(self, token: str) -> Caller | None:
        """See `Store.caller`."""
        records = self.owners.get(token)
        return None if records is None else Caller(records.keys[token], records.sandbox)

    def sandbox_at_hand(self, sandbox_id: str) -> Sandbox | None:
        """See `Store.sandbox_at_hand`."""
        records = self.records.get(sandbox_id)
        return None if records is None else records.sandbox

    async def sandboxes(self) -> Sequence[Sandbox]:
        """See `Store.sandboxes`."""
        return [records.sandbox for records in self.records.values()]

    async def count(self) -> int:
        """See `Store.count`."""
        return len(self.records)

    @asynccontextmanager
    async def creation(self, sandbox: Sandbox, seed: Mapping[str, Any]) -> AsyncIterator[MemoryTransaction]:
        """See `Store.creation`."""
        if sandbox.id in self.records:
            raise TakenIdError(f"there is a sandbox {sandbox.id} already")
        limit, size = self._journal_limits
        records = SandboxRecords(sandbox, seed, journal_limit=limit, journal_bytes=size)
        if self.capacity.taken + records.size > self.capacity.limit:
            raise StoreFullError(self.capacity.taken, self.capacity.limit)
        self.capacity.taken += records.size
        self.records[sandbox.id] = records
        try:
            async with self.transaction(sandbox.id) as transaction:
                yield transaction
        except BaseException:
            await self.remove_sandbox(sandbox.id)
            raise

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """See `Store.remove_sandbox`."""
        records = self.records.pop(sandbox_id, None)
        if records is None:
            raise SandboxNotFoundError(sandbox_id)
        self.capacity.taken -= records.size
        add(records.counts, {UNEXAMINED: records.journal.last - records.journal.examined})
        self._removed.add(records.sandbox.run, records.counts)
        for token in records.keys:
            del self.owners[token]

    async def tokens(self) -> Collection[str]:
        """See `Store.tokens`."""
        return self.owners.keys()

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """See `Store.append`."""
        records = self.records.get(sandbox_id)
        if records is not None:
            journal, capacity = records.journal, self.capacity
            size = journal.size
            journal.append(exchange, capacity.journal_limit - capacity.taken)
            grown = journal.size - size
            records.size += grown
            capacity.taken += grown
            count_response(records.counts, exchange)

    async def settle(self) -> None:
        """See `Store.settle`; no exchange waits."""

    async def journal(self, sandbox_id: str, *, after: int = 0, settled: bool = False) -> Journal:  # noqa: ARG002  (always)
        """See `Store.journal`."""
        return self._records_of(sandbox_id).journal.read(after)

    async def clear_journal(self, sandbox_id: str) -> None:
        """See `Store.clear_journal`."""
        records = self._records_of(sandbox_id)
        records.size -= records.journal.size
        self.capacity.taken -= records.journal.size
        records.journal.clear()

    async def tally(self, sandbox_id: str) -> Tally:
        """See `Store.tally`."""
        return self._records_of(sandbox_id).tally()

    async def unexamined(self, run: str | None) -> Sequence[Tally]:
        """See `Store.unexamined`."""
        return [one.tally() for one in self._of_run(run) if one.journal.last > one.journal.examined]

    def _of_run(self, run: str | None) -> list[SandboxRecords]:
        return [records for records in self.records.values() if run in {None, records.sandbox.run}]

    async def total_counts(self, run: str | None) -> Counts:
        """See `Store.total_counts`."""
        total = self._removed.of(run)
        for records in self._of_run(run):
            add(total, records.counts)
        return total

    async def note_examination(self, tally: Tally, found: Counts, examined: int) -> bool:
        """See `Store.note_examination`."""
        records = self.records.get(tally.sandbox_id)
        if records is None or records.journal.examined != tally.examined or records.journal.last < examined:
            return False
        add(records.counts, found)
        records.journal.examined = examined
        return True

    async def forget_coverage(self, run: str | None) -> None:
        """See `Store.forget_coverage`."""
        self._removed.forget(run)
        for records in self._of_run(run):
            records.counts.clear()
            records.journal.examined = records.journal.last

    def _records_of(self, sandbox_id: str) -> SandboxRecords:
        records = self.records.get(sandbox_id)
        if records is None:
            raise SandboxNotFoundError(sandbox_id)
        return records

    def transaction(
        self,
        sandbox_id: str,
        access: Access = Access.EXCLUSIVE,  # noqa: ARG002  (a transaction never yields to another)
        audience_ref: AudienceRef | None = None,  # noqa: ARG002  (all records are local)
    ) -> MemoryTransaction:
        """See `Store.transaction`."""
        return MemoryTransaction(self.records, self.owners, sandbox_id, self.capacity)
