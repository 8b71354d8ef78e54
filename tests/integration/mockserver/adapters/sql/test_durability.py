"""The durability of the databases: whether a commit waits for the disk, as `--durability` says."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from mockserver.adapters.sql.database import Query
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.sqlite import open_sqlite
from mockserver.bootstrap import open_store
from mockserver.config import Settings
from tests.stores.contract import make_sandbox
from tests.stores.databases import fresh_database

SYNCHRONOUS = Query("PRAGMA synchronous", ())
SYNCHRONOUS_COMMIT = Query("SHOW synchronous_commit", ())
NORMAL, FULL = 1, 2
UNFLUSHED = "SELECT pg_current_wal_insert_lsn() - pg_current_wal_flush_lsn()"


@pytest.mark.parametrize(("relaxed", "expected"), [(False, FULL), (True, NORMAL)])
def test_sqlite_syncs_each_commit_unless_it_is_relaxed(tmp_path: Path, relaxed: bool, expected: int) -> None:  # noqa: FBT001  (a parameter)
    async def setting() -> int:
        database = open_sqlite(f"{tmp_path}/state.db", relaxed=relaxed)
        [(value,)] = await database.rows(SYNCHRONOUS)
        await database.close()
        return int(value)

    assert asyncio.run(setting()) == expected


@pytest.mark.parametrize(("relaxed", "expected"), [(False, "on"), (True, "off")])
def test_commits_of_our_sessions_wait_unless_they_are_relaxed(postgres_url: str, relaxed: bool, expected: str) -> None:  # noqa: FBT001  (a parameter)
    async def setting() -> str:
        url = await fresh_database(postgres_url)
        await _execute(url, f"ALTER DATABASE {urlsplit(url).path[1:]} SET synchronous_commit = local")
        database = await open_postgres(url, relaxed=relaxed)
        [(value,)] = await database.rows(SYNCHRONOUS_COMMIT)
        await database.close()
        return str(value)

    assert asyncio.run(setting()) == expected


@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_the_store_has_the_durability_of_the_settings(postgres_url: str, durability: str) -> None:
    async def unflushed() -> int:
        url = await fresh_database(postgres_url)
        async with open_store(Settings(store=url, durability=durability)) as store:
            connection = await asyncpg.connect(url)
            sizes = []
            for number in range(10):
                await make_sandbox(store, f"s{number}")
                sizes.append(int(await connection.fetchval(UNFLUSHED)))
            await connection.close()
        return max(sizes)

    assert (asyncio.run(unflushed()) == 0) is (durability == "full")


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
