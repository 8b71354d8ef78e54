"""Exchanges that the journal keeps back while the database is unavailable: in order and bounded."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from mockserver.adapters.sql.database import Session
from mockserver.adapters.sql.journal import Bounds, decoded
from mockserver.adapters.sql.records import text
from mockserver.adapters.sql.sqlite import Sqlite, open_sqlite
from mockserver.adapters.sql.store import SqlStore, open_sql_store
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import StoreError
from tests.stores.journal_contract import exchange, paths

BOUNDS = Bounds(waiting=3, interval=0)


class Absent:
    """A database that is unavailable while `absent` is set."""

    def __init__(self, database: Sqlite) -> None:
        self._database = database
        self.absent = False
        self.dialect = database.dialect
        self.exclusive = database.exclusive
        self.read_only = database.read_only
        self.rows = database.rows
        self.change = database.change
        self.close = database.close

    def read_write(self) -> AbstractAsyncContextManager[Session]:
        return self._away() if self.absent else self._database.read_write()

    @asynccontextmanager
    async def _away(self) -> AsyncIterator[Session]:
        raise StoreError("it is away")
        yield


@asynccontextmanager
async def store_over_absent_database(path: Path) -> AsyncIterator[tuple[Absent, SqlStore]]:
    """Open a store with one sandbox over a database that can be unavailable."""
    database = Absent(open_sqlite(str(path / "state.db")))
    async with open_sql_store(database, BOUNDS) as store:
        async with store.creation(Sandbox("one", "one", "secret", 0), {}):
            pass
        yield database, store


async def fail_to_write(store: SqlStore) -> None:
    with pytest.raises(StoreError):
        await store.journals.write()


def test_the_journal_is_written_in_order_when_the_database_is_back(tmp_path: Path) -> None:
    async def main() -> list[tuple[int, str]]:
        async with store_over_absent_database(tmp_path) as (database, store):
            database.absent = True
            for path in ("/a", "/b"):
                store.append("one", exchange(path))
                await fail_to_write(store)
            database.absent = False
            store.append("one", exchange("/c"))
            return paths(await store.journal("one"))

    assert asyncio.run(main()) == [(1, "/a"), (2, "/b"), (3, "/c")]


def test_the_oldest_exchanges_make_room_for_the_newest(tmp_path: Path) -> None:
    async def main() -> list[tuple[int, str]]:
        async with store_over_absent_database(tmp_path) as (database, store):
            database.absent = True
            for path in ("/a", "/b", "/c", "/d"):
                store.append("one", exchange(path))
                await fail_to_write(store)
            database.absent = False
            return paths(await store.journal("one"))

    assert asyncio.run(main()) == [(1, "/b"), (2, "/c"), (3, "/d")]


def test_exchanges_never_written_are_counted_in_one_log_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with store_over_absent_database(tmp_path) as (database, store):
            store.append("one", exchange("/a"))
            database.absent = True

    with caplog.at_level(logging.WARNING):
        asyncio.run(main())

    assert [record.getMessage() for record in caplog.records] == [
        "1 exchanges of the journal were not written: it is away"
    ]


def test_others_have_turns_of_the_loop_while_a_long_journal_is_decoded() -> None:
    async def main() -> int:
        turns = 0

        async def count_turns() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        record = text(exchange())
        counting = asyncio.ensure_future(count_turns())
        exchanges = await decoded([(number, record) for number in range(640)])
        counting.cancel()
        assert [one.number for one in exchanges] == list(range(640))
        return turns

    assert asyncio.run(main()) >= 9
