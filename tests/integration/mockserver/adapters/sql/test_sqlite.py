"""A new SQLite file that several servers open at the same time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from mockserver.adapters.sql.migrations import migrate
from mockserver.adapters.sql.sqlite import open_sqlite

SERVERS = 4


@pytest.mark.parametrize("number", range(10))
def test_servers_that_open_a_new_sqlite_file_together_wait_for_each_other(tmp_path: Path, number: int) -> None:
    together = Barrier(SERVERS)

    async def start() -> int:
        together.wait()
        database = open_sqlite(f"{tmp_path}/state.db")
        await migrate(database)
        await database.close()
        return number

    with ThreadPoolExecutor(SERVERS) as threads:
        started = threads.map(lambda _: asyncio.run(start()), range(SERVERS))

        assert list(started) == [number] * SERVERS
