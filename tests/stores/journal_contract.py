"""The contract of any store about journals."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import TypeVar

import pytest

from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Journal, SandboxNotFoundError, Store
from mockserver.recording.exchange import Exchange

T = TypeVar("T")


def exchange(path: str = "/", size: int = 10) -> Exchange:
    return Exchange(path=path, size=size, ended=time.perf_counter())


def own_exchange(path: str, size: int = 10) -> Exchange:
    """Return an exchange with a valid key."""
    own = exchange(path, size)
    own.token = "sk_test"
    return own


def paths(journal: Journal) -> list[tuple[int, str]]:
    return [(one.number, one.path) for one in journal.exchanges]


class BreakError(Exception):
    """An error that a test raises inside of a transaction."""


class JournalContract:
    """The tests of a store whose journals hold three exchanges and 100 bytes, with the sandboxes `one` and `two`."""

    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    def run(self, act: Callable[[Store], Awaitable[T]]) -> T:
        async def main() -> T:
            async with self.opened() as store:
                for name in ("one", "two"):
                    async with store.creation(Sandbox(name, name, "secret", 0), {}):
                        pass
                return await act(store)

        return asyncio.run(main())

    def test_exchanges_are_numbered_in_the_order_in_which_they_came(self) -> None:
        async def act(store: Store) -> Journal:
            store.append("one", exchange("/a"))
            store.append("two", exchange("/b"))
            store.append("one", exchange("/c"))
            return await store.journal("one")

        journal = self.run(act)

        assert paths(journal) == [(1, "/a"), (2, "/c")]
        assert (journal.dropped, journal.size) == (0, 20)

    def test_the_oldest_make_room_by_number_and_are_counted(self) -> None:
        async def act(store: Store) -> Journal:
            for number in range(5):
                store.append("one", exchange(f"/{number}"))
            return await store.journal("one")

        journal = self.run(act)

        assert paths(journal) == [(3, "/2"), (4, "/3"), (5, "/4")]
        assert (journal.dropped, journal.size) == (2, 30)

    def test_the_oldest_make_room_by_size(self) -> None:
        async def act(store: Store) -> list[Journal]:
            store.append("one", exchange("/a", 60))
            store.append("one", exchange("/b", 60))
            first = await store.journal("one")
            store.append("one", exchange("/large", 101))
            return [first, await store.journal("one")]

        first, second = self.run(act)

        assert (paths(first), first.dropped) == ([(2, "/b")], 1)
        assert (paths(second), second.dropped, second.size) == ([], 3, 0)

    def test_requests_without_a_key_do_not_push_out_a_full_journal(self) -> None:
        async def act(store: Store) -> Journal:
            for path in ("/a", "/b", "/c"):
                store.append("one", own_exchange(path))
            await store.journal("one")
            for _ in range(10):
                store.append("one", exchange("/favicon.ico"))
            await store.journal("one")
            store.append("one", own_exchange("/d"))
            return await store.journal("one")

        journal = self.run(act)

        assert paths(journal) == [(2, "/b"), (3, "/c"), (4, "/d")]
        assert journal.dropped == 1

    def test_a_request_without_a_key_takes_the_place_of_an_older_one(self) -> None:
        async def act(store: Store) -> Journal:
            store.append("one", exchange("/old"))
            store.append("one", own_exchange("/a"))
            store.append("one", own_exchange("/b"))
            for path in ("/new", "/newer", "/newest"):
                store.append("one", exchange(path))
            return await store.journal("one")

        assert paths(self.run(act)) == [(2, "/a"), (3, "/b"), (4, "/new")]

    def test_only_newer_exchanges_can_be_read(self) -> None:
        async def act(store: Store) -> list[Journal]:
            for number in range(5):
                store.append("one", exchange(f"/{number}"))
            return [await store.journal("one", after=number) for number in (0, 3, 4, 5, 9)]

        assert [[one.number for one in journal.exchanges] for journal in self.run(act)] == [
            [3, 4, 5],
            [4, 5],
            [5],
            [],
            [],
        ]

    def test_cleared_exchanges_count_as_dropped_and_numbers_go_on(self) -> None:
        async def act(store: Store) -> Journal:
            store.append("one", exchange())
            await store.clear_journal("one")
            store.append("one", exchange("/next"))
            return await store.journal("one")

        journal = self.run(act)

        assert paths(journal) == [(2, "/next")]
        assert (journal.dropped, journal.size) == (1, 10)

    def test_a_cleared_sandbox_begins_anew(self) -> None:
        async def act(store: Store) -> Journal:
            store.append("one", exchange())
            async with store.transaction("one") as transaction:
                await transaction.clear()
            store.append("one", exchange("/next"))
            return await store.journal("one")

        journal = self.run(act)

        assert (paths(journal), journal.dropped) == ([(1, "/next")], 0)

    def test_a_clearing_that_is_undone_drops_nothing(self) -> None:
        async def act(store: Store) -> Journal:
            store.append("one", exchange("/kept"))
            with suppress(BreakError):
                async with store.transaction("one") as transaction:
                    await transaction.clear()
                    raise BreakError
            return await store.journal("one")

        assert paths(self.run(act)) == [(1, "/kept")]

    def test_a_sandbox_that_is_gone_has_no_journal(self) -> None:
        async def act(store: Store) -> None:
            store.append("one", exchange())
            await store.remove_sandbox("one")
            store.append("one", exchange())
            with pytest.raises(SandboxNotFoundError):
                await store.journal("one")
            with pytest.raises(SandboxNotFoundError):
                await store.clear_journal("one")

        self.run(act)

    def test_all_tokens_of_all_sandboxes_are_known(self) -> None:
        async def act(store: Store) -> set[str]:
            for sandbox_id in ("one", "two"):
                async with store.transaction(sandbox_id) as transaction:
                    await transaction.save_api_key(ApiKey(f"key of {sandbox_id}", "", frozenset(), frozenset()))
            return set(await store.tokens())

        assert self.run(act) == {"key of one", "key of two"}
