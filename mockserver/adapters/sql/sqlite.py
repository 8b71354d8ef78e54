"""SQLite: one file, read and written in place; a write-ahead log lets readers go on while one writes.

A statement takes microseconds, less than handing it to a thread. The one thing that can take longer is waiting for the
lock, and that is done without holding up the event loop.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.ports import StoreError

Pause = Callable[[float], Awaitable[None]]

_TRIES = 2_000
_OPENINGS = 20
_SHORT, _LONG = 0.001, 0.010
_PRAGMAS = (
    "synchronous = NORMAL",
    "cache_size = -16384",
    "wal_autocheckpoint = 8192",
    "busy_timeout = 0",  # last, so that those which open a file at the same time wait for each other
)


class SqliteSession:
    """A transaction: nothing in it ever waits, so that one connection is enough for a process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Session.rows`."""
        return self._connection.execute(query.sql, query.arranged(values)).fetchall()

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """See `Session.many`."""
        self._connection.executemany(query.sql, map(query.arranged, rows))

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:  # noqa: ARG002  (the query names it)
        """See `Session.pour`."""
        await self.execute_many(query, rows)

    async def run(self, sql: str) -> None:
        """See `Session.run`."""
        self._connection.execute(sql)

    async def rollback(self) -> None:
        """See `Session.rollback`."""
        self._connection.execute("ROLLBACK TO SAVEPOINT begun")


class Sqlite:
    """One file."""

    dialect: Dialect = pysqlite.dialect()

    def __init__(self, connection: sqlite3.Connection, pause: Pause) -> None:
        self._connection = connection
        self._session = SqliteSession(connection)
        self._pause = pause

    @asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[SqliteSession]:  # noqa: ARG002  (the lock is the file's)
        """See `Database.alone`."""
        async with self._transaction("BEGIN IMMEDIATE") as session:
            self._connection.execute("SAVEPOINT begun")
            yield session

    def reading(self) -> AbstractAsyncContextManager[SqliteSession]:
        """See `Database.reading`."""
        return self._transaction("BEGIN")

    def writing(self) -> AbstractAsyncContextManager[SqliteSession]:
        """See `Database.writing`."""
        return self._transaction("BEGIN IMMEDIATE")

    @asynccontextmanager
    async def _transaction(self, sql: str) -> AsyncIterator[SqliteSession]:
        try:
            await self._patiently(sql)
            try:
                yield self._session
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise  # the statement is wrong, which is a fault of ours
            raise StoreError(_said(error)) from error

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as the protocol has it)
        """See `Database.rows`."""
        try:
            return (await self._patiently(query.sql, query.arranged(values))).fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise  # the statement is wrong, which is a fault of ours
            raise StoreError(_said(error)) from error

    async def close(self) -> None:
        """See `Database.close`."""
        self._connection.close()

    async def _patiently(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run a statement, once nobody else writes; sqlite3.OperationalError after a long while."""
        place = 0
        while True:
            try:
                return self._connection.execute(sql, values)
            except sqlite3.OperationalError as error:
                place += 1
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or place == _TRIES:
                    raise
            await self._pause(_SHORT if place < _LONG / _SHORT else _LONG)


def open_sqlite(path: str, pause: Pause = asyncio.sleep) -> Sqlite:
    """Open a file, or make it; StoreError where it cannot be read and written."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        _keep_log(connection)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except (sqlite3.Error, ValueError) as error:
        raise StoreError(f"cannot use the file {path}: {error}") from None
    return Sqlite(connection, pause)


def _keep_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. Of several that do so at once SQLite refuses some, who might have waited."""
    for place in range(_OPENINGS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or place == _OPENINGS - 1:
                raise
            connection.execute("BEGIN IMMEDIATE")  # which does wait
            connection.execute("ROLLBACK")
        else:
            return


def _said(error: sqlite3.Error) -> str:
    """What is wrong, in one line."""
    return f"cannot use the file: {error}"
