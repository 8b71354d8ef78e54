"""The store over a database."""

import itertools
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from mockserver.adapters.clock import since_1970
from mockserver.adapters.sql.database import Database, Session
from mockserver.adapters.sql.journal import Bounds, SqlJournals
from mockserver.adapters.sql.migrations import migrate
from mockserver.adapters.sql.optimistic import AutocommitSession, OptimisticTransaction
from mockserver.adapters.sql.records import API_KEY, SANDBOX, text
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.transaction import SqlTransaction
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Access, AudienceRef, Caller, Journal, SandboxNotFoundError, TakenIdError
from mockserver.recording.exchange import Exchange


class SqlStore:
    """All state is in the database, so that any number of replicas may serve it; but what the journal keeps back."""

    def __init__(
        self,
        database: Database,
        bounds: Bounds,
        timer: Callable[[], float] = time.perf_counter,
        epoch: Callable[[], float] = since_1970,
    ) -> None:
        self._database = database
        self._apart = AutocommitSession(database)
        self._sql = Statements(database.dialect)
        self._stamps = itertools.count(secrets.randbits(30) << 32)  # others count from elsewhere
        self.journals = SqlJournals(database, bounds, timer, epoch() - timer())

    async def caller(self, token: str) -> Caller | None:
        """See `Store.caller`."""
        rows = await self._database.rows(self._sql.caller, token)
        return Caller(API_KEY.one(rows[0][0]), SANDBOX.one(rows[0][1])) if rows else None

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
        async with self._database.alone(sandbox.id) as session:
            if await session.rows(self._sql.sandbox, sandbox.id):
                raise TakenIdError(f"there is a sandbox {sandbox.id} already")
            await session.rows(self._sql.make_sandbox, sandbox.id, 0, text(sandbox), text(seed))
            await self.journals.begin(session, sandbox.id)
            async with self._within(session, sandbox.id) as transaction:
                yield transaction

    @asynccontextmanager
    async def transaction(
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, about: AudienceRef | None = None
    ) -> AsyncIterator[SqlTransaction]:
        """See `Store.transaction`."""
        if about is not None and access is not Access.EXCLUSIVE:
            shared = OptimisticTransaction(self._apart, self._sql, self._stamps, sandbox_id, about)
            await shared.begin()
            yield shared
            await shared.flush()
            return
        alone = access is not Access.READ
        async with (
            self._database.alone(sandbox_id) if alone else self._database.reading() as session,
            self._within(session, sandbox_id, alone=alone) as transaction,
        ):
            yield transaction

    @asynccontextmanager
    async def _within(self, session: Session, sandbox_id: str, *, alone: bool = True) -> AsyncIterator[SqlTransaction]:
        transaction = SqlTransaction(session, self._sql, self._stamps, sandbox_id, alone=alone)
        await transaction.begin()
        yield transaction
        await transaction.flush()
        if transaction.cleared:
            await self.journals.begin_anew(session, sandbox_id)

    async def remove_sandbox(self, sandbox_id: str) -> None:
        """See `Store.remove_sandbox`."""
        async with self._database.alone(sandbox_id) as session:
            if not await session.rows(self._sql.sandbox, sandbox_id):
                raise SandboxNotFoundError(sandbox_id)
            await self.journals.remove(session, sandbox_id)
            for query in (*self._sql.empty, self._sql.drop_sandbox):
                await session.rows(query, sandbox_id)

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """See `Store.append`."""
        self.journals.append(sandbox_id, exchange)

    async def journal(self, sandbox_id: str, *, after: int = 0) -> Journal:
        """See `Store.journal`."""
        return await self.journals.read(sandbox_id, after)

    async def clear_journal(self, sandbox_id: str) -> None:
        """See `Store.clear_journal`."""
        await self.journals.clear(sandbox_id)

    async def close(self) -> None:
        """Write what the journal keeps back, and let go of the database."""
        try:
            await self.journals.close()
        finally:
            await self._database.close()


@asynccontextmanager
async def open_sql_store(database: Database, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """The store over a database, whose schema is brought up to date; the database is closed in the end."""
    store = SqlStore(database, bounds)
    try:
        await migrate(database)
        yield store
    finally:
        await store.close()
