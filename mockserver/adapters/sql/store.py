"""The store in a database."""

import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mockserver.adapters.clock import since_1970
from mockserver.adapters.sql.coverage import SqlCoverage
from mockserver.adapters.sql.database import Database, Session
from mockserver.adapters.sql.journal import Bounds, SqlJournals
from mockserver.adapters.sql.migrations import migrate
from mockserver.adapters.sql.optimistic import AutocommitSession, OptimisticTransaction
from mockserver.adapters.sql.records import API_KEY, SANDBOX, text
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.transaction import SqlTransaction
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Access, AudienceRef, Caller, Journal, SandboxNotFoundError, TakenIdError, Tally
from mockserver.recording.coverage.counts import Counts
from mockserver.recording.exchange import Exchange


class SqlStore:
    """The store in a database, for any number of replicas; only the journal buffers exchanges in memory."""

    def __init__(
        self,
        database: Database,
        bounds: Bounds,
        timer: Callable[[], float] = time.perf_counter,
        epoch: Callable[[], float] = since_1970,
    ) -> None:
        self._database = database
        self._autocommit = AutocommitSession(database)
        self._sql = Statements(database.dialect)
        self._versions = itertools.count(secrets.randbits(30) << 32)  # other replicas count from another start
        self.coverage = SqlCoverage(database)
        self.journals = SqlJournals(database, bounds, timer, epoch() - timer(), self.coverage)

    async def caller(self, token: str) -> Caller | None:
        """See `Store.caller`."""
        rows = await self._database.rows(self._sql.caller, token)
        return Caller(API_KEY.decode(rows[0][0]), SANDBOX.decode(rows[0][1])) if rows else None

    def sandbox_at_hand(self, sandbox_id: str) -> Sandbox | None:  # noqa: ARG002  (others may change each)
        """See `Store.sandbox_at_hand`; it keeps none."""
        return None

    async def sandboxes(self) -> Sequence[Sandbox]:
        """See `Store.sandboxes`."""
        return SANDBOX.all(await self._database.rows(self._sql.sandboxes))

    async def count(self) -> int:
        """See `Store.count`."""
        return int((await self._database.rows(self._sql.count))[0][0])

    async def tokens(self) -> Collection[str]:
        """See `Store.tokens`."""
        return [row[0] for row in await self._database.rows(self._sql.tokens)]

    @asynccontextmanager
    async def creation(self, sandbox: Sandbox, seed: Mapping[str, Any]) -> AsyncIterator[SqlTransaction]:
        """See `Store.creation`."""
        async with self._database.exclusive(sandbox.id) as session:
            if await session.rows(self._sql.sandbox, sandbox.id):
                raise TakenIdError(f"there is a sandbox {sandbox.id} already")
            await session.rows(self._sql.add_sandbox, sandbox.id, 0, text(sandbox), text(seed))
            await self.journals.begin(session, sandbox.id, sandbox.run)
            async with self._transaction_in(session, sandbox.id) as transaction:
                yield transaction

    @asynccontextmanager
    async def transaction(
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, audience_ref: AudienceRef | None = None
    ) -> AsyncIterator[SqlTransaction]:
        """See `Store.transaction`."""
        if audience_ref is not None and access is not Access.EXCLUSIVE:
            optimistic = OptimisticTransaction(self._autocommit, self._sql, self._versions, sandbox_id, audience_ref)
            await optimistic.begin()
            yield optimistic
            await optimistic.flush()
            return
        locked = access is not Access.READ
        async with (
            self._database.exclusive(sandbox_id) if locked else self._database.read_only() as session,
            self._transaction_in(session, sandbox_id, locked=locked) as transaction,
        ):
            yield transaction

    @asynccontextmanager
    async def _transaction_in(
        self, session: Session, sandbox_id: str, *, locked: bool = True
    ) -> AsyncIterator[SqlTransaction]:
        transaction = SqlTransaction(session, self._sql, self._versions, sandbox_id, locked=locked)
        await transaction.begin()
        yield transaction
        await transaction.flush()
        if transaction.cleared:
            await self.journals.restart(session, sandbox_id)

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """See `Store.remove_sandbox`."""
        async with self._database.exclusive(sandbox_id) as session:
            if not await session.rows(self._sql.sandbox, sandbox_id):
                raise SandboxNotFoundError(sandbox_id)
            await self.journals.remove(session, sandbox_id)
            for query in (*self._sql.empty, self._sql.drop_snapshots, self._sql.drop_sandbox):
                await session.rows(query, sandbox_id)
        await self.coverage.merge_removed()

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """See `Store.append`."""
        self.journals.append(sandbox_id, exchange)

    async def settle(self) -> None:
        """See `Store.settle`."""
        await self.journals.settle()

    async def journal(self, sandbox_id: str, *, after: int = 0, settled: bool = False) -> Journal:
        """See `Store.journal`."""
        return await self.journals.read(sandbox_id, after, settled=settled)

    async def clear_journal(self, sandbox_id: str) -> None:
        """See `Store.clear_journal`."""
        await self.journals.clear(sandbox_id)

    async def tally(self, sandbox_id: str) -> Tally:
        """See `Store.tally`."""
        return await self.coverage.tally(sandbox_id)

    async def unexamined(self, run: str | None) -> Sequence[Tally]:
        """See `Store.unexamined`."""
        return await self.coverage.unexamined(run)

    async def total_counts(self, run: str | None) -> Counts:
        """See `Store.total_counts`."""
        return await self.coverage.total_counts(run)

    async def note_examination(self, tally: Tally, found: Counts, examined: int) -> bool:
        """See `Store.note_examination`."""
        return await self.coverage.note_examination(tally, found, examined)

    async def forget_coverage(self, run: str | None) -> None:
        """See `Store.forget_coverage`."""
        await self.coverage.forget(run)

    async def close(self) -> None:
        """Write the buffered exchanges, and close the database."""
        try:
            await self.journals.close()
        finally:
            await self._database.close()


@asynccontextmanager
async def open_sql_store(database: Database, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """Migrate the schema of a database, and open a store on it; the database is closed at the end."""
    store = SqlStore(database, bounds)
    try:
        await migrate(database)
        yield store
    finally:
        await store.close()
