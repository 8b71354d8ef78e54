"""PostgreSQL: a pool of connections. The lock of a sandbox is an advisory one: it writes nothing, and waits in turn."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.ports import Access, StoreError

_CONNECTIONS = 16
_PATIENCE = 10
_BEGIN = {
    Access.READ: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    Access.SHARE: "BEGIN; SELECT pg_advisory_xact_lock_shared({lock})",
    Access.ALONE: "BEGIN; SELECT pg_advisory_xact_lock({lock}); SAVEPOINT begun",
}
_SETTINGS = {
    "application_name": "audience-mock",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
    "lock_timeout": f"{_PATIENCE}s",
}


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that is given back as it is: a transaction leaves nothing behind."""

    def get_reset_query(self) -> str:
        """Nothing."""
        return ""


class PostgresSession:
    """A transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Session.rows`."""
        found: Sequence[Row] = await self._connection.fetch(query.sql, *query.arranged(values))
        return found

    async def many(self, query: Query, rows: Sequence[Values]) -> None:
        """See `Session.many`."""
        if len(rows) == 1:
            await self._connection.fetch(query.sql, *query.arranged(rows[0]))
        else:
            await self._connection.executemany(query.sql, map(query.arranged, rows))

    async def run(self, sql: str) -> None:
        """See `Session.run`."""
        await self._connection.execute(sql)

    async def rollback(self) -> None:
        """See `Session.rollback`."""
        await self._connection.execute("ROLLBACK TO SAVEPOINT begun")


class Postgres:
    """A database that any number of replicas share."""

    dialect: Dialect = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def transaction(self, sandbox_id: str, access: Access) -> AsyncIterator[PostgresSession]:
        """See `Database.transaction`."""
        async with self._begun(_BEGIN[access].format(lock=lock_of(sandbox_id))) as session:
            yield session

    @asynccontextmanager
    async def unlocked(self) -> AsyncIterator[PostgresSession]:
        """See `Database.unlocked`."""
        async with self._begun("BEGIN") as session:
            yield session

    @asynccontextmanager
    async def _begun(self, sql: str) -> AsyncIterator[PostgresSession]:
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            await connection.execute(sql)
            try:
                yield PostgresSession(connection)
                await connection.execute("COMMIT")
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Database.rows`."""
        async with self._pool.acquire(timeout=_PATIENCE) as connection:
            found: Sequence[Row] = await connection.fetch(query.sql, *query.arranged(values))
            return found

    async def close(self) -> None:
        """See `Database.close`."""
        await self._pool.close()


def lock_of(name: str) -> int:
    """The number of a lock: 64 bits with a sign."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def open_postgres(url: str) -> Postgres:
    """Connect; StoreError where that fails."""
    try:
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=_CONNECTIONS,
            max_inactive_connection_lifetime=0,
            connection_class=Connection,
            server_settings=_SETTINGS,
            timeout=_PATIENCE,
        )
    except (OSError, ValueError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        message = f"cannot reach the database: {' '.join(str(error).split()) or type(error).__name__}"
        raise StoreError(message) from None
    return Postgres(pool)
