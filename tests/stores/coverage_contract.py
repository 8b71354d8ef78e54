"""The contract of any store about coverage."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TypeVar

import pytest

from mockserver.domain.sandbox import Sandbox
from mockserver.ports import MAX_RUNS, SandboxNotFoundError, Store, Tally
from mockserver.recording.coverage.counts import Counts
from mockserver.recording.exchange import Exchange

T = TypeVar("T")
GET, DELETE = "getAudience", "deleteAudience"


def exchange(operation: str = GET, status: int = 200) -> Exchange:
    now = time.perf_counter()
    return Exchange(operation=operation, token="sk_test", status=status, whole=True, size=10, began=now, ended=now)


class BreakError(Exception):
    """An error that a test raises inside of a transaction."""


async def make(store: Store, name: str, run: str = "") -> None:
    async with store.creation(Sandbox(name, name, "secret", 0, run=run), {}):
        pass


async def tally(store: Store, name: str = "one") -> Tally:
    await store.settle()
    return await store.tally(name)


async def total(store: Store, run: str | None = None) -> Counts:
    await store.settle()
    return {key: count for key, count in (await store.total_counts(run)).items() if count}


class CoverageContract:
    """The tests of a store whose journals hold three exchanges; it has the sandboxes `one`, and `two` of the run R."""

    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    def run(self, act: Callable[[Store], Awaitable[T]]) -> T:
        async def main() -> T:
            async with self.opened() as store:
                await make(store, "one")
                await make(store, "two", "R")
                return await act(store)

        return asyncio.run(main())

    def test_responses_are_counted_although_the_journal_drops_exchanges(self) -> None:
        async def act(store: Store) -> Tally:
            for _ in range(5):
                store.append("one", exchange())
            store.append("one", exchange(DELETE, 409))
            return await tally(store)

        assert self.run(act) == Tally("one", {"getAudience/200": 5, "deleteAudience/409": 1}, 0, 6)

    def test_the_coverage_of_an_unknown_sandbox_is_refused(self) -> None:
        async def act(store: Store) -> None:
            store.append("three", exchange())
            await tally(store, "three")

        with pytest.raises(SandboxNotFoundError):
            self.run(act)

    def test_the_counts_of_a_run_are_those_of_its_sandboxes(self) -> None:
        async def act(store: Store) -> list[object]:
            store.append("one", exchange())
            store.append("two", exchange())
            store.append("two", exchange(DELETE))
            await store.settle()
            of_run = [found.sandbox_id for found in await store.unexamined("R")]
            return [of_run, await total(store, "R"), await total(store, "S"), await total(store)]

        two = {"getAudience/200": 1, "deleteAudience/200": 1}
        assert self.run(act) == [["two"], two, {}, {**two, "getAudience/200": 2}]

    def test_the_counts_of_a_removed_sandbox_stay_with_its_run(self) -> None:
        async def act(store: Store) -> list[object]:
            store.append("two", exchange())
            await store.note_examination(await tally(store, "two"), {"guard.met": 1}, 1)
            await store.remove_sandbox("two")
            await make(store, "two", "R")
            store.append("two", exchange())
            return [(await tally(store, "two")).counts, await total(store, "R"), await total(store, "")]

        assert self.run(act) == [{"getAudience/200": 1}, {"getAudience/200": 2, "guard.met": 1}, {}]

    def test_exchanges_of_a_removed_sandbox_that_nobody_examined_are_told(self) -> None:
        async def act(store: Store) -> Counts:
            store.append("one", exchange())
            await store.settle()
            await store.remove_sandbox("one")
            return await total(store)

        assert self.run(act) == {"getAudience/200": 1, "unexamined": 1}

    def test_a_sandbox_whose_exchanges_are_all_examined_is_not_examined_again(self) -> None:
        async def act(store: Store) -> list[list[str]]:
            store.append("one", exchange())
            before = await tally(store)
            first = [found.sandbox_id for found in await store.unexamined(None)]
            await store.note_examination(before, {}, 1)
            return [first, [found.sandbox_id for found in await store.unexamined(None)]]

        assert self.run(act) == [["one"], []]

    def test_an_examination_counts_once(self) -> None:
        async def act(store: Store) -> list[object]:
            store.append("one", exchange())
            before = await tally(store)
            noted = [await store.note_examination(before, {"guard.met": 1}, 1) for _ in range(2)]
            return [noted, await store.tally("one")]

        assert self.run(act) == [[True, False], Tally("one", {"getAudience/200": 1, "guard.met": 1}, 1, 1)]

    def test_an_examination_of_a_journal_that_was_emptied_meanwhile_does_not_count(self) -> None:
        async def act(store: Store) -> list[object]:
            store.append("one", exchange())
            before = await tally(store)
            async with store.transaction("one") as transaction:
                await transaction.clear()
            return [await store.note_examination(before, {"guard.met": 1}, 1), await store.tally("one")]

        assert self.run(act) == [False, Tally("one", {"getAudience/200": 1}, 0, 0)]

    def test_an_examination_of_a_removed_sandbox_does_not_count(self) -> None:
        async def act(store: Store) -> bool:
            before = await tally(store)
            await store.remove_sandbox("one")
            return await store.note_examination(before, {"guard.met": 1}, 0)

        assert self.run(act) is False

    def test_the_counts_outlive_a_journal(self) -> None:
        async def act(store: Store) -> list[Tally]:
            store.append("one", exchange())
            await store.note_examination(await tally(store), {}, 1)
            await store.clear_journal("one")
            cleared = await store.tally("one")
            async with store.transaction("one") as transaction:
                await transaction.clear()
            return [cleared, await store.tally("one")]

        counts = {"getAudience/200": 1}
        assert self.run(act) == [Tally("one", counts, 1, 1), Tally("one", counts, 0, 0)]

    def test_a_transaction_that_fails_changes_no_counts(self) -> None:
        async def act(store: Store) -> Tally:
            store.append("one", exchange())
            await store.note_examination(await tally(store), {}, 1)
            with suppress(BreakError):
                async with store.transaction("one") as transaction:
                    await transaction.clear()
                    raise BreakError
            return await store.tally("one")

        assert self.run(act) == Tally("one", {"getAudience/200": 1}, 1, 1)

    @pytest.mark.parametrize(("forgotten", "left"), [("R", [1, 0, 1]), (None, [0, 0, 0]), ("S", [1, 2, 3])])
    def test_counts_are_forgotten_for_a_run_or_for_all(self, forgotten: str | None, left: list[int]) -> None:
        async def act(store: Store) -> list[int]:
            await make(store, "three", "R")
            for name in ("one", "two", "three"):
                store.append(name, exchange())
                await store.note_examination(await tally(store, name), {}, 1)
            await store.remove_sandbox("three")
            await store.forget_coverage(forgotten)
            return [sum((await total(store, run)).values()) for run in ("", "R", None)]

        assert self.run(act) == left

    def test_exchanges_that_nobody_examined_are_forgotten_too(self) -> None:
        async def act(store: Store) -> Tally:
            store.append("one", exchange())
            await store.settle()
            await store.forget_coverage(None)
            return await store.tally("one")

        assert self.run(act) == Tally("one", {}, 1, 1)

    def test_the_newest_runs_are_told_apart(self) -> None:
        async def act(store: Store) -> list[int]:
            for number in range(3 * MAX_RUNS):
                await make(store, "more", f"run {number}")
                store.append("more", exchange())
                await store.note_examination(await tally(store, "more"), {}, 1)
                await store.remove_sandbox("more")
            runs = [f"run {3 * MAX_RUNS - 1}", "run 0", "", None]
            return [(await total(store, run)).get("getAudience/200", 0) for run in runs]

        newest, oldest, without, everything = self.run(act)
        assert (newest, oldest, everything) == (1, 0, 3 * MAX_RUNS)
        assert without > 0
