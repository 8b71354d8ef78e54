"""A database that is not ours, or is damaged, or has gone: one line that says so, and nothing in it is changed."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from mockserver.adapters.sql.factory import open_store
from mockserver.ports import StoreError
from tests.harness.cli_server import startup_error
from tests.stores.databases import Postgres, fresh_database, running_postgres

Damage = Callable[[Path], None]


def open_and_close(url: str) -> None:
    async def main() -> None:
        async with open_store(url, 10, 1_000):
            pass

    asyncio.run(main())


def refusal(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        open_and_close(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def run_sql(*statements: str) -> Damage:
    def run(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return run


def overwrite_pages(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4_096 : len(content) - 4_096] = b"\xa5" * (len(content) - 8_192)
    path.write_bytes(content)


FOREIGN: dict[str, str] = {
    "a table of one of our names": "CREATE TABLE audiences (name TEXT)",
    "a view of one of our names": "CREATE VIEW audiences AS SELECT 1 AS x",
    "versions of another tool": "CREATE TABLE schema_versions (name TEXT)",
}
DAMAGED: dict[str, Damage] = {
    "no version": run_sql("DELETE FROM schema_versions"),
    "a missing table": run_sql("DROP TABLE audiences"),
    "another table in place of ours": run_sql("DROP TABLE folders", "CREATE TABLE folders (name TEXT)"),
    "overwritten pages": overwrite_pages,
}


@pytest.mark.parametrize("statement", FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_another_tool_is_refused_and_left_as_it_is(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    run_sql(statement)(path)

    assert "its tables are not those of audience-mock" in refusal(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")] == [statement]


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_refused(damage: Damage, tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    open_and_close(f"sqlite:///{path}")
    damage(path)

    assert "damaged" in refusal(f"sqlite:///{path}")


def test_the_command_line_reports_a_damaged_file_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    run_sql(FOREIGN["a table of one of our names"])(path)

    error = startup_error("--store", f"sqlite:///{path}")

    assert error.count("\n") == 1
    assert "Traceback" not in error


@pytest.mark.parametrize("go", [Path.unlink, lambda path: path.rename(path.with_suffix(".old"))], ids=["gone", "moved"])
def test_a_file_that_is_gone_under_the_server_is_noticed(go: Damage, tmp_path: Path) -> None:
    path = tmp_path / "state.db"

    async def main() -> None:
        async with open_store(f"sqlite:///{path}", 10, 1_000) as store:
            assert await store.count() == 0
            go(path)
            with pytest.raises(StoreError, match="was removed or replaced"):
                await store.count()

    asyncio.run(main())


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.mark.parametrize(
    "statement", [*FOREIGN.values(), "CREATE TYPE audiences AS (x int)", "CREATE SEQUENCE audiences"]
)
def test_a_database_of_another_tool_is_refused_and_left_as_it_is(statement: str, postgres: Postgres) -> None:
    async def main() -> tuple[str, list[str]]:
        url = await fresh_database(postgres.url)
        connection = await asyncpg.connect(url)
        await connection.execute(statement)
        with pytest.raises(StoreError) as caught:
            async with open_store(url, 10, 1_000):
                pass
        rows = await connection.fetch("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")
        await connection.close()
        return str(caught.value), [row[0] for row in rows]

    message, names = asyncio.run(main())

    assert "its tables are not those of audience-mock" in message
    assert "\n" not in message
    assert len(names) == 1
