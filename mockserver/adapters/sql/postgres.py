"""PostgreSQL over a small pool. The lock of a sandbox is an advisory lock, which writes nothing and is fair."""

import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.adapters.sql.grouping import Group, Grouped
from mockserver.adapters.sql.pool import ConnectionPool
from mockserver.ports import StoreError

_TIMEOUT = 6
_COMMAND_TIMEOUT = 8  # above the timeout of a lock, and below the time that a stopping server waits
_SETTINGS = {
    "application_name": "audience-mock",
    "enable_seqscan": "off",  # a plan that was made while a table was small still serves when it has grown
    "idle_in_transaction_session_timeout": "30s",
    "jit": "off",
    "lock_timeout": f"{_TIMEOUT}s",
    "plan_cache_mode": "force_generic_plan",  # all statements select by keys: other values need no other plan
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
"""The errors of a database that is unreachable, full, stopped or overloaded; any other error is a bug of ours."""


class PostgresSession:
    """A transaction on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as in the protocol)
        """See `Session.rows`."""
        rows: Sequence[Row] = await self._connection.fetch(query.sql, *query.arrange(values))
        return rows

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """See `Session.execute_many`."""
        if len(rows) == 1:
            await self._connection.fetch(query.sql, *query.arrange(rows[0]))
        else:
            await self._connection.executemany(query.sql, map(query.arrange, rows))

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:  # noqa: ARG002  (COPY takes no statement)
        """See `Session.copy_rows`."""
        await self._connection.copy_records_to_table(table, records=rows)

    async def run(self, sql: str) -> None:
        """See `Session.run`."""
        await self._connection.execute(sql)

    async def rollback(self) -> None:
        """See `Session.rollback`."""
        await self._connection.execute("ROLLBACK TO SAVEPOINT begun")


class Postgres:
    """A PostgreSQL database, shared by any number of replicas."""

    dialect: Dialect = dialects.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
    errors = (asyncpg.PostgresError,)

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool
        self._grouped = defaultdict[Query, Grouped](lambda: Grouped(self._run_group))  # a group fails as a whole

    def exclusive(self, name: str) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.exclusive`."""
        return self._transaction(f"BEGIN; SELECT pg_advisory_xact_lock({lock_of(name)}); SAVEPOINT begun")

    def read_only(self) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.read_only`."""
        return self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def read_write(self) -> AbstractAsyncContextManager[PostgresSession]:
        """See `Database.read_write`."""
        return self._transaction("BEGIN")

    @asynccontextmanager
    async def _transaction(self, sql: str) -> AsyncIterator[PostgresSession]:
        try:
            async with self._pool.connection() as connection:
                try:
                    await connection.execute(sql)
                    yield PostgresSession(connection)
                    await connection.execute("COMMIT")
                except Exception:
                    if not connection.is_closed():
                        await connection.execute("ROLLBACK")
                    raise
        except _FAILURES as error:
            raise StoreError(_store_error_text(error)) from error

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as in the protocol)
        """See `Database.rows`; a round trip costs more than a statement, so that those of many requests share one."""
        return await self._grouped[query].run(query, values) if query.many else await self._fetch(query, values)

    change = rows

    async def _fetch(self, query: Query, values: Values) -> Sequence[Row]:
        try:
            async with self._pool.connection() as connection:
                rows: Sequence[Row] = await connection.fetch(query.sql, *query.arrange(values))
                return rows
        except _FAILURES as error:
            raise StoreError(_store_error_text(error)) from error

    async def _run_group(self, take: Callable[[], Group]) -> Sequence[Sequence[Row]]:
        """Run the same statement with the values of several requests, as one transaction."""
        try:
            async with self._pool.connection() as connection:
                group = take()
                query = group[0][0]
                columns = zip(*[query.arrange(values) for _, values in group], strict=True)
                rows: list[list[Row]] = [[] for _ in group]
                for place, *row in await connection.fetch(query.many, *columns):
                    rows[place - 1].append(row)
                return rows
        except _FAILURES as error:
            raise StoreError(_store_error_text(error)) from error

    async def close(self) -> None:
        """See `Database.close`."""
        self._pool.close()


def lock_of(name: str) -> int:
    """Return the number of a lock, a signed 64-bit integer."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


async def open_postgres(url: str, most_connections: int = 16, *, relaxed: bool = False) -> Postgres:
    """Connect to a database by so many connections at most; StoreError if that fails.

    A commit waits until its log is on disk, unless it is `relaxed`: then a crash of PostgreSQL or of its machine may
    lose the last fraction of a second.
    """
    settings = _SETTINGS | {"synchronous_commit": "off" if relaxed else "on"}
    connect = partial(
        asyncpg.connect, url, server_settings=settings, timeout=_TIMEOUT, command_timeout=_COMMAND_TIMEOUT
    )
    pool = ConnectionPool(connect, most_connections, _TIMEOUT)
    try:
        async with pool.connection():
            return Postgres(pool)
    except ValueError:  # the message may contain a part of the password
        raise StoreError(
            "it cannot be understood; what is special in a user or password is written as %40 for @, %2F for /"
        ) from None
    except (*_FAILURES, asyncpg.PostgresError) as error:
        raise StoreError(_store_error_text(error)) from None


def _store_error_text(error: Exception) -> str:
    """Return the error in one line."""
    return f"cannot reach the database: {' '.join(str(error).split()) or type(error).__name__}"
