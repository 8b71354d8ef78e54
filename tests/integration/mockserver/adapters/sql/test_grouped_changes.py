"""Changes of several requests at once: one commit in SQLite, one statement in PostgreSQL, which waits for nobody."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from mockserver.adapters.sql.database import Query
from mockserver.adapters.sql.journal import Bounds
from mockserver.adapters.sql.pool import ConnectionPool
from mockserver.adapters.sql.postgres import Postgres, open_postgres
from mockserver.adapters.sql.sqlite import Sqlite, connected
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.store import SqlStore, open_sql_store
from mockserver.ports import Access, AudienceRef, ConflictError
from tests.stores.contract import GROUP, audience, make_sandbox
from tests.stores.databases import fresh_database, postgres

MANY = 8


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as running:
        yield running


async def planted(store: SqlStore) -> None:
    await make_sandbox(store, "s")
    async with store.transaction("s") as transaction:
        for number in range(MANY):
            await transaction.save_audience(audience(number))


async def remove(store: SqlStore, number: int) -> str:
    """Remove an audience as a request does that expects no other, and return what became of it."""
    try:
        async with store.transaction("s", Access.OPTIMISTIC, AudienceRef(GROUP, audience(number).id)) as transaction:
            if await transaction.audience(GROUP, audience(number).id) is None:
                return "absent"
            await transaction.remove_audience(audience(number))
    except ConflictError:
        return "conflict"
    return "removed"


def test_deletions_that_come_together_are_one_commit_in_sqlite(tmp_path: Path) -> None:
    async def course() -> None:
        statements: list[str] = []
        connection = connected(str(tmp_path / "state.db"))
        async with open_sql_store(Sqlite(str(tmp_path / "state.db"), connection), Bounds()) as store:
            await planted(store)
            connection.set_trace_callback(statements.append)

            outcomes = await asyncio.gather(*[remove(store, number) for number in range(MANY)])

            connection.set_trace_callback(None)
        assert outcomes == ["removed"] * MANY
        assert sum(sql.startswith("DELETE FROM audiences") for sql in statements) == MANY
        assert statements.count("COMMIT") == 1

    asyncio.run(course())


def test_no_request_sees_a_deletion_in_sqlite_before_it_is_committed(tmp_path: Path) -> None:
    async def course() -> None:
        path = str(tmp_path / "state.db")
        async with open_sql_store(Sqlite(path, connected(path)), Bounds()) as store:
            await planted(store)
            with closing(connected(path)) as other:
                other.execute("BEGIN IMMEDIATE")
                removal = asyncio.ensure_future(remove(store, 1))
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                async with store.transaction("s", Access.READ) as transaction:
                    seen = await transaction.audience(GROUP, audience(1).id)
                other.execute("ROLLBACK")
            outcome = await removal

        assert seen == audience(1)
        assert outcome == "removed"

    asyncio.run(course())


class Wire:
    """A connection to PostgreSQL that counts statements, and finds everything that is asked for."""

    def __init__(self) -> None:
        self.fetched: list[tuple[str, Sequence[Any]]] = []

    async def fetch(self, sql: str, *values: Sequence[Any]) -> list[tuple[Any, ...]]:
        self.fetched.append((sql, values))
        await asyncio.sleep(0)
        return [(place, key) for place, key in reversed(list(enumerate(values[1], 1)))]

    def is_closed(self) -> bool:
        return False

    def is_in_transaction(self) -> bool:
        return False


def test_statements_that_come_together_are_one_round_trip_to_postgres() -> None:
    async def course() -> None:
        wire = Wire()

        async def connect() -> Any:
            return wire

        database = Postgres(ConnectionPool(connect, 16, 1))
        query = Statements(Postgres.dialect).drop_audience_if

        found = await asyncio.gather(*[database.change(query, "s", f"audience {number}", 1) for number in range(MANY)])

        assert [list(rows[0]) for rows in found] == [[f"audience {number}"] for number in range(MANY)]
        assert [sql for sql, _ in wire.fetched] == [query.many]

    asyncio.run(course())


def test_an_audience_that_another_transaction_holds_delays_no_other_in_postgres(server: str) -> None:
    async def course() -> None:
        url = await fresh_database(server)
        async with open_sql_store(await open_postgres(url), Bounds()) as store:
            await planted(store)
            connection = await asyncpg.connect(url)
            async with connection.transaction():
                await connection.execute("SELECT 1 FROM audiences WHERE id = $1 FOR UPDATE", audience(3).id)

                outcomes = await asyncio.gather(*[remove(store, number) for number in range(MANY)])

            await connection.close()
        assert outcomes == ["conflict" if number == 3 else "removed" for number in range(MANY)]

    asyncio.run(course())


def test_the_statements_of_usual_requests_serve_several_in_postgres_and_one_in_sqlite() -> None:
    names = ["caller", "sandbox_with_audience", "save_audience_if", "drop_audience_if"]

    def many(dialect: Any) -> list[str]:
        queries: list[Query] = [getattr(Statements(dialect), name) for name in names]
        return [query.many for query in queries]

    assert all(many(Postgres.dialect))
    assert not any(many(Sqlite.dialect))
