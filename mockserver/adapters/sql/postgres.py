"""PostgreSQL, over a few connections. The lock of a sandbox is an advisory one: it writes nothing, and is fair."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.adapters.sql.pool import ConnectionPool
from mockserver.ports import StoreError

_CONNECTIONS = 16
_PATIENCE = 6
_FROZEN = 8  # a statement that only waits for a lock is given up sooner, and a server that stops waits a little longer
_SETTINGS = {
    "application_name": "audience-mock",
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
    "lock_timeout": f"{_PATIENCE}s",
}

_FAILURES = (
    OSError,  # among them TimeoutError
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidTransactionStateError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,
)
"""What a database does that is away, full, shut or overrun; whatever else it says is a fault of ours."""


class PostgresSession:
    """A transaction on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Session.rows`."""
        found: Sequence[Row] = await self._connection.fetch(query.sql, *query.arranged(values))
        return found

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """See `Session.many`."""
        if len(rows) == 1:
            await self._connection.fetch(query.sql, *query.arranged(rows[0]))
        else:
            await self._connection.executemany(query.sql, map(query.arranged, rows))

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:  # noqa: ARG002  (COPY needs none)
        """See `Session.pour`."""
        await self._connection.copy_records_to_table(table, records=rows)

    async def run(self, sql: str) -> None:
        """See `Session.run`."""
        await self._connection.execute(sql)

    async def rollback(self) -> None:
        """See `Session.rollback`."""
        await self._connection.execute("ROLLBACK TO SAVEPOINT begun")


class Postgres:
    """A database that any number of replicas share."""

    dialect: Dialect = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy's

    def __init__(self, connections: ConnectionPool) -> None:
        self._connections = connections

    def alone(self, name: str) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.alone`."""
        return self._transaction(f"BEGIN; SELECT pg_advisory_xact_lock({lock_of(name)}); SAVEPOINT begun")

    def reading(self) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.reading`."""
        return self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def writing(self) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.writing`."""
        return self._transaction("BEGIN")

    @asynccontextmanager
    async def _transaction(self, sql: str) -> AsyncIterator[PostgresSession]:
        try:
            async with self._connections.one() as connection:
                try:
                    await connection.execute(sql)
                    yield PostgresSession(connection)
                    await connection.execute("COMMIT")
                except Exception:
                    if not connection.is_closed():
                        await connection.execute("ROLLBACK")
                    raise
        except _FAILURES as error:
            raise StoreError(_said(error)) from error

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Database.rows`."""
        try:
            async with self._connections.one() as connection:
                found: Sequence[Row] = await connection.fetch(query.sql, *query.arranged(values))
                return found
        except _FAILURES as error:
            raise StoreError(_said(error)) from error

    async def close(self) -> None:
        """See `Database.close`."""
        self._connections.close()


def lock_of(name: str) -> int:
    """The number of a lock: 64 bits with a sign."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def open_postgres(url: str) -> Postgres:
    """Connect; StoreError where that fails."""
    connect = partial(asyncpg.connect, url, server_settings=_SETTINGS, timeout=_PATIENCE, command_timeout=_FROZEN)
    connections = ConnectionPool(connect, _CONNECTIONS, _PATIENCE)
    try:
        async with connections.one():
            return Postgres(connections)
    except ValueError:  # which may show a part of a password that was taken for something else
        raise StoreError(
            "it cannot be understood; what is special in a user or password is written as %40 for @, %2F for /"
        ) from None
    except (*_FAILURES, asyncpg.PostgresError) as error:
        raise StoreError(_said(error)) from None


def _said(error: Exception) -> str:
    """What is wrong, in one line."""
    return f"cannot reach the database: {' '.join(str(error).split()) or type(error).__name__}"
