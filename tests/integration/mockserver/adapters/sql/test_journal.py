"""A journal that several replicas write and one of them clears."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from mockserver.adapters.sql.journal import Bounds
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.store import SqlStore, open_sql_store
from mockserver.domain.sandbox import Sandbox
from tests.stores.databases import fresh_database
from tests.stores.journal_contract import exchange, paths

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
ANOTHER_WRITES = """
    BEGIN;
    SELECT * FROM journals WHERE sandbox_id = 'one' FOR UPDATE;
    INSERT INTO exchanges (sandbox_id, number, size, record) VALUES ('one', 1, 1, '{"path": "/another"}');
    UPDATE journals SET last = 1, bytes = 1 WHERE sandbox_id = 'one'
"""

Act = Callable[[SqlStore], Awaitable[None]]


async def clear(store: SqlStore) -> None:
    async with store.transaction("one") as transaction:
        await transaction.clear()


async def remove_and_make_again(store: SqlStore) -> None:
    await store.remove_sandbox("one")
    await make(store)


async def make(store: SqlStore) -> None:
    async with store.creation(Sandbox("one", "one", "secret", 0), {}):
        pass


@pytest.mark.parametrize("act", [clear, remove_and_make_again])
def test_exchanges_that_another_replica_is_writing_meanwhile_are_removed_too(postgres_url: str, act: Act) -> None:
    async def main() -> list[tuple[int, str]]:
        url = await fresh_database(postgres_url)
        async with open_sql_store(await open_postgres(url), Bounds(interval=0)) as store:
            await make(store)
            another = await asyncpg.connect(url)
            await another.execute(ANOTHER_WRITES)
            acting = asyncio.create_task(act(store))
            while not await another.fetchval(WAITING):
                pass
            await another.execute("COMMIT")
            await acting
            await another.close()
            store.append("one", exchange("/mine"))
            return paths(await store.journal("one"))

    assert asyncio.run(main()) == [(1, "/mine")]
