"""The grouping of requests to a database: those that come while others are on their way go together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from mockserver.adapters.sql.database import Query, Row, Values
from mockserver.ports import StoreError

Group = Sequence[tuple[Query, Values]]
Run = Callable[[Callable[[], Group]], Awaitable[Sequence[Sequence[Row]]]]
"""The function that takes a group when it can run it, and returns the rows of each statement."""


_Waiting = tuple[Query, Values, asyncio.Future[Sequence[Row]]]


class Grouped:
    """The statements that wait for their turn; each caller gets the rows of its own, or the error of the group.

    After an error that is no StoreError, each statement is run alone: a value that the database does not take fails its
    own request only.

    Args:
        run: The coroutine function that runs a group as one transaction.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, query: Query, values: Values) -> Sequence[Row]:
        """Run a statement with those that come at the same time, and return its rows."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[Sequence[Row]] = loop.create_future()
        self._waiting.append((query, values, outcome))
        if self._running is None:
            self._running = loop.create_task(self._run_all())
        return await outcome

    async def _run_all(self) -> None:
        """Run groups until nothing waits.

        A turn of the event loop before each group lets those join whose requests have arrived meanwhile: in SQLite it
        halves the number of commits.
        """
        try:
            while self._waiting:
                await asyncio.sleep(0)
                await self._run_group(self._take_waiting)
        finally:
            self._running = None

    def _take_waiting(self) -> list[_Waiting]:
        waiting, self._waiting = self._waiting, []
        return waiting

    async def _run_group(self, take: Callable[[], list[_Waiting]]) -> None:
        group: list[_Waiting] = []

        def taken() -> Group:
            group.extend(take())
            return [(query, values) for query, values, _ in group]

        try:
            results = await self._run(taken)
        except Exception as error:  # noqa: BLE001  (each caller gets it)
            if isinstance(error, StoreError) or len(group) <= 1:
                _fail(group or self._take_waiting(), error)
                return
            for one in group:
                await self._run_group([one].copy)
        else:
            for (_, _, outcome), rows in zip(group, results, strict=True):
                if not outcome.done():  # its request may have been given up
                    outcome.set_result(rows)


def _fail(group: list[_Waiting], error: Exception) -> None:
    for _, _, outcome in group:
        if not outcome.done():
            outcome.set_exception(error)
