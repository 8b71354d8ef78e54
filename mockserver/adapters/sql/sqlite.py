"""SQLite: one file, used in the process; a write-ahead log lets others read during a write.

A statement takes microseconds, less than its transfer to a thread. Only the wait for the lock can take longer, and it
does not block the event loop.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.adapters.sql.grouping import Group, Grouped
from mockserver.ports import StoreError

Pause = Callable[[float], Awaitable[None]]

_MAX_TRIES = 2_000
_MAX_OPEN_TRIES = 20
_SHORT_PAUSE, _LONG_PAUSE = 0.001, 0.010
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRAGMAS = (
    "cache_size = -16384",
    "wal_autocheckpoint = 8192",
    "busy_timeout = 0",  # last, so that processes that open the file together wait for each other
)


class SqliteSession:
    """A transaction. It never waits, so one connection suffices for a process."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as in the protocol)
        """See `Session.rows`."""
        return self._connection.execute(query.sql, query.arrange(values)).fetchall()

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """See `Session.execute_many`."""
        self._connection.executemany(query.sql, map(query.arrange, rows))

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:  # noqa: ARG002  (the query names the table)
        """See `Session.copy_rows`."""
        await self.execute_many(query, rows)

    async def run(self, sql: str) -> None:
        """See `Session.run`."""
        self._connection.execute(sql)

    async def rollback(self) -> None:
        """See `Session.rollback`."""
        self._connection.execute("ROLLBACK TO SAVEPOINT begun")


class Sqlite:
    """A SQLite database in a file."""

    dialect: Dialect = pysqlite.dialect()
    errors = (sqlite3.Error,)

    def __init__(self, path: str, connection: sqlite3.Connection, pause: Pause = asyncio.sleep) -> None:
        self._path = path
        self._file = _identity(path)
        self._connection = connection
        self._session = SqliteSession(connection)
        self._pause = pause
        self._changes = Grouped(self._commit)

    @asynccontextmanager
    async def exclusive(self, name: str) -> AsyncIterator[SqliteSession]:  # noqa: ARG002  (the lock is for the whole file)
        """See `Database.exclusive`."""
        async with self._transaction("BEGIN IMMEDIATE") as session:
            self._connection.execute("SAVEPOINT begun")
            yield session

    def read_only(self) -> AbstractAsyncContextManager[SqliteSession]:
        """See `Database.read_only`."""
        return self._transaction("BEGIN")

    def read_write(self) -> AbstractAsyncContextManager[SqliteSession]:
        """See `Database.read_write`."""
        return self._transaction("BEGIN IMMEDIATE")

    @asynccontextmanager
    async def _transaction(self, sql: str) -> AsyncIterator[SqliteSession]:
        self._ensure_same_file()
        try:
            await self._execute_when_unlocked(sql)
            try:
                yield self._session
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has ended the transaction already
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.DatabaseError as error:
            if not _is_of_file(error):
                raise
            raise StoreError(_store_error_text(error)) from error

    def _ensure_same_file(self) -> None:
        """Raise StoreError if the file has been removed or replaced: what is written then, nobody finds again."""
        if _identity(self._path) != self._file:
            raise StoreError(f"the file {self._path} was removed or replaced; start the server again")

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as in the protocol)
        """See `Database.rows`."""
        self._ensure_same_file()
        try:
            return (await self._execute_when_unlocked(query.sql, query.arrange(values))).fetchall()
        except sqlite3.DatabaseError as error:
            if not _is_of_file(error):
                raise
            raise StoreError(_store_error_text(error)) from error

    async def change(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as in the protocol)
        """See `Database.change`."""
        return await self._changes.run(query, values)

    async def _commit(self, take: Callable[[], Group]) -> Sequence[Sequence[Row]]:
        """Run the changes that wait once the file is unlocked, and commit them: the disk is waited for once.

        Nothing suspends in between, so that nobody reads what is not on disk yet.
        """
        async with self._transaction("BEGIN IMMEDIATE") as session:
            return [await session.rows(query, *values) for query, values in take()]

    async def close(self) -> None:
        """See `Database.close`."""
        self._connection.close()

    async def _execute_when_unlocked(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run a statement when no other writer holds the lock; sqlite3.OperationalError after too many tries."""
        tries = 0
        while True:
            try:
                return self._connection.execute(sql, values)
            except sqlite3.OperationalError as error:
                tries += 1
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or tries == _MAX_TRIES:
                    raise
            await self._pause(_SHORT_PAUSE if tries < _LONG_PAUSE / _SHORT_PAUSE else _LONG_PAUSE)


def open_sqlite(path: str, pause: Pause = asyncio.sleep, *, relaxed: bool = False) -> Sqlite:
    """Open or create a file; StoreError if it cannot be read and written.

    A commit waits until the write-ahead log is on disk, unless it is `relaxed`: then a crash of the machine may lose
    what the log holds.
    """
    return Sqlite(path, connected(path, relaxed=relaxed), pause)


def connected(path: str, *, relaxed: bool = False) -> sqlite3.Connection:
    """Return a connection to a file as `open_sqlite` opens it."""
    try:
        connection = sqlite3.connect(path, isolation_level=None, timeout=10)
        _enable_write_ahead_log(connection)
        [(problem,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        if problem != "ok":
            raise StoreError(f"the file {path} is damaged: {' '.join(problem.split())}")
        for pragma in (f"synchronous = {'NORMAL' if relaxed else 'FULL'}", *_PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")
    except (sqlite3.Error, ValueError, OSError) as error:
        raise StoreError(f"cannot use the file {path}: {error}") from None
    return connection


def _enable_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log. If several processes do so at once, SQLite refuses some instead of waiting."""
    for index in range(_MAX_OPEN_TRIES):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or index == _MAX_OPEN_TRIES - 1:
                raise
            connection.execute("BEGIN IMMEDIATE")  # which does wait
            connection.execute("ROLLBACK")
        else:
            return


def _identity(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116  (Path costs as much as a statement, and each request comes here)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_of_file(error: sqlite3.DatabaseError) -> bool:
    """Return whether an error is one of the file; others are of the statement, which is a bug of ours."""
    is_operational = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR
    return is_operational or getattr(error, "sqlite_errorcode", None) in _DAMAGED


def _store_error_text(error: sqlite3.Error) -> str:
    """Return the error in one line."""
    return f"cannot use the file: {error}"
