"""The grouping of requests to a database."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from mockserver.adapters.sql.database import Query, Row
from mockserver.adapters.sql.grouping import Group, Grouped
from mockserver.ports import StoreError

QUERY = Query("select", (0,))
BAD = "bad"


class Database:
    """A database that runs a group when it is allowed to, and remembers each group's values."""

    def __init__(self) -> None:
        self.groups: list[list[object]] = []
        self.begun = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.error: Exception | None = None
        self.grouped = Grouped(self.run)

    async def run(self, take: Callable[[], Group]) -> Sequence[Sequence[Row]]:
        await self.free.wait()
        if self.error is not None:
            raise self.error
        group = take()
        if any(values == (BAD,) for _, values in group):
            raise ValueError("a bad value")
        self.begun.set()
        self.groups.append([values[0] for _, values in group])
        await asyncio.sleep(0)
        return [[values] for _, values in group]

    def ask(self, value: object) -> "asyncio.Task[Sequence[Row]]":
        return asyncio.ensure_future(self.grouped.run(QUERY, (value,)))


def test_requests_of_one_moment_go_together_and_get_their_own_rows() -> None:
    async def course() -> None:
        database = Database()

        rows = await asyncio.gather(*map(database.ask, range(5)))

        assert rows == [[(number,)] for number in range(5)]
        assert database.groups == [[0, 1, 2, 3, 4]]

    asyncio.run(course())


def test_a_request_that_comes_while_a_group_runs_goes_with_the_next() -> None:
    async def course() -> None:
        database = Database()

        async def late() -> Sequence[Row]:
            await database.begun.wait()
            return await database.grouped.run(QUERY, ("late",))

        await asyncio.gather(database.ask("first"), database.ask("second"), late())

        assert database.groups == [["first", "second"], ["late"]]

    asyncio.run(course())


def test_an_error_reaches_each_request_of_the_group_and_no_later_one() -> None:
    async def course() -> None:
        database = Database()
        database.error = StoreError("away")

        outcomes = await asyncio.gather(database.ask(1), database.ask(2), return_exceptions=True)
        database.error = None

        assert outcomes == [database_error := outcomes[0], database_error]
        assert isinstance(database_error, StoreError)
        assert await database.ask(3) == [(3,)]

    asyncio.run(course())


def test_a_request_that_is_given_up_leaves_the_others_alone() -> None:
    async def course() -> None:
        database = Database()
        database.free.clear()
        given_up, other = database.ask("given up"), database.ask("other")
        await asyncio.sleep(0)

        given_up.cancel()
        database.free.set()

        assert await other == [("other",)]
        with pytest.raises(asyncio.CancelledError):
            await given_up

    asyncio.run(course())


def test_a_value_that_the_database_does_not_take_fails_its_own_request_only() -> None:
    async def course() -> None:
        database = Database()

        first, bad, last = await asyncio.gather(*map(database.ask, [1, BAD, 2]), return_exceptions=True)

        assert isinstance(bad, ValueError)
        assert (first, last) == ([(1,)], [(2,)])

    asyncio.run(course())


def test_a_request_of_the_next_turn_of_the_event_loop_joins_the_group() -> None:
    async def course() -> None:
        database = Database()

        async def next_turn() -> Sequence[Row]:
            await asyncio.sleep(0)
            return await database.grouped.run(QUERY, ("next turn",))

        await asyncio.gather(database.ask("first"), next_turn())

        assert database.groups == [["first", "next turn"]]

    asyncio.run(course())
