"""The schema of a database: created, migrated forward, never back."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import Dialect

from mockserver.adapters.sql.migrations import STEPS, Step, migrate
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.sqlite import open_sqlite
from mockserver.ports import StoreError
from tests.harness.cli_server import startup_error
from tests.stores.databases import fresh_database


def more(dialect: Dialect) -> Sequence[str]:
    return [f"CREATE TABLE more_{dialect.name} (id INTEGER)"]


def broken(_dialect: Dialect) -> Sequence[str]:
    return ["CREATE TABLE half (id INTEGER)", "CREATE TABLE half (id INTEGER)"]


def migrated(path: Path, *steps: Step) -> set[str]:
    """Open a file with the given migration steps; return the tables that it then has."""

    async def main() -> None:
        database = open_sqlite(str(path))
        try:
            await migrate(database, steps)
        finally:
            await database.close()

    asyncio.run(main())
    return tables(path)


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


def test_an_empty_database_gets_the_newest_schema_without_migration_steps(path: Path) -> None:
    before = migrated(path, more)

    assert "audiences" in before
    assert "more_sqlite" not in before
    assert migrated(path, more) == before


def test_an_older_database_is_migrated_once_by_its_missing_steps(path: Path) -> None:
    before = migrated(path)

    assert migrated(path, more) == before | {"more_sqlite"}
    assert migrated(path, more) == before | {"more_sqlite"}


def test_a_failed_migration_step_leaves_nothing_behind(path: Path) -> None:
    before = migrated(path)

    with pytest.raises(StoreError, match="half already exists"):
        migrated(path, more, broken)

    assert tables(path) == before


def test_a_newer_database_is_refused(path: Path) -> None:
    migrated(path, more)

    with pytest.raises(StoreError, match="its schema has version 2, and this audience-mock knows 1"):
        migrated(path)


def test_a_database_of_version_1_gets_the_tables_of_the_newest_schema(path: Path, tmp_path: Path) -> None:
    migrated(path)
    with closing(sqlite3.connect(path)) as connection:
        for table in ("snapshots", "removed_counts"):
            connection.execute(f"DROP TABLE {table}")
        for column in ("run", "counts", "examined"):
            connection.execute(f"ALTER TABLE journals DROP COLUMN {column}")
        connection.execute("INSERT INTO journals VALUES ('one', 1, 7, 70, 0)")
        connection.commit()

    assert migrated(path, *STEPS) == migrated(tmp_path / "new.db", *STEPS)
    assert _columns(path) == _columns(tmp_path / "new.db")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM journals").fetchall() == [("one", 1, 7, 70, 0, "", "{}", 0)]


def _columns(path: Path) -> dict[str, list[object]]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"PRAGMA table_info({table})").fetchall()
            for table in ("snapshots", "journals", "removed_counts")
        }


def test_a_newer_database_is_reported_in_one_line(path: Path) -> None:
    migrated(path, *STEPS, more)

    err = startup_error("--store", f"sqlite:///{path}")

    assert err.count("\n") == 1
    assert err.startswith(f"audience-mock: --store sqlite:///{path}: its schema has version {len(STEPS) + 2}")


def test_servers_started_together_on_an_empty_database_create_one_schema(postgres_url: str) -> None:
    async def main() -> None:
        url = await fresh_database(postgres_url)
        databases = [await open_postgres(url) for _ in range(4)]
        await asyncio.gather(*[migrate(database) for database in databases])
        await migrate(databases[0], [*STEPS, more])
        with pytest.raises(StoreError, match=f"version {len(STEPS) + 2}"):
            await migrate(databases[1])
        for database in databases:
            await database.close()

    asyncio.run(main())
