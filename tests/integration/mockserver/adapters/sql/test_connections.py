"""The number of connections of a process to PostgreSQL."""

import asyncio

import asyncpg
import pytest

from mockserver.bootstrap import open_store
from mockserver.config import Settings
from tests.stores.databases import fresh_database


@pytest.mark.parametrize("most", [1, 3])
def test_the_store_opens_no_more_connections_than_its_option_allows(most: int, postgres_url: str) -> None:
    async def connections() -> int:
        url = await fresh_database(postgres_url)
        async with open_store(Settings(store=url, store_connections=most)) as store:
            await asyncio.gather(*(store.count() for _ in range(20)))
            observer = await asyncpg.connect(url)
            count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            open_ones: int = await observer.fetchval(count)
            await observer.close()
        return open_ones - 1

    assert asyncio.run(connections()) == most
