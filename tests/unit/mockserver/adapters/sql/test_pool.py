"""The pool of connections, with a database that allows only few."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import asyncpg
import pytest

from mockserver.adapters.sql.pool import ConnectionPool


class Connection:
    """A connection that works."""

    def is_closed(self) -> bool:
        return False

    def is_in_transaction(self) -> bool:
        return False


class FullDatabase:
    """A database that allows so many connections; those of others may go away."""

    def __init__(self, allowed: int, of_others: int = 0) -> None:
        self.allowed = allowed
        self.of_others = of_others
        self.opened = 0
        self.pauses: list[float] = []

    async def connect(self) -> Any:
        await asyncio.sleep(0)
        if self.opened + self.of_others >= self.allowed:
            raise asyncpg.TooManyConnectionsError("sorry, too many clients already")
        self.opened += 1
        return Connection()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.of_others = max(0, self.of_others - 1)
        await asyncio.sleep(0)

    def pool(self, timeout: float = 6) -> ConnectionPool:
        return ConnectionPool(self.connect, 16, timeout, self.pause)


async def use(pool: ConnectionPool, used: list[Any]) -> None:
    async with pool.connection() as connection:
        await asyncio.sleep(0)
        used.append(connection)


def run(uses: list[Coroutine[Any, Any, None]]) -> None:
    async def together() -> None:
        await asyncio.gather(*uses)

    asyncio.run(together())


@pytest.mark.parametrize("allowed", [1, 3])
def test_requests_wait_for_their_turn_where_the_database_allows_no_more_connections(allowed: int) -> None:
    database, used = FullDatabase(allowed), list[Any]()
    pool = database.pool()

    run([use(pool, used) for _ in range(40)])

    assert (len(used), len(set(used)), database.opened) == (40, allowed, allowed)


def test_a_process_without_a_connection_tries_again_until_others_have_gone() -> None:
    database, used = FullDatabase(1, of_others=3), list[Any]()

    run([use(database.pool(), used)])

    assert (len(used), len(database.pauses)) == (1, 3)


def test_a_database_that_stays_full_is_an_error_in_time() -> None:
    database = FullDatabase(1, of_others=1_000)

    with pytest.raises(asyncpg.TooManyConnectionsError):
        run([use(database.pool(), [])])

    assert sum(database.pauses) == pytest.approx(6, abs=0.1)
