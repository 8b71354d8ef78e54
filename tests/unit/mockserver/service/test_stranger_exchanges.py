"""The place of exchanges whose key belongs to no sandbox: the journal of `default`, and no second look at the key."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.job import Progression
from mockserver.domain.sandbox import SandboxClock
from mockserver.ports import Caller
from mockserver.recording.exchange import Exchange
from mockserver.recording.request_record import RequestRecord
from mockserver.service.admission import identify
from mockserver.service.journals import Journals
from mockserver.service.sandboxes import Sandboxes

SENT = [(b"authorization", b"Bearer sk_test_of_nobody")]


class CountingStore(MemoryStore):
    """A store that counts how often it looks for a key."""

    lookups = 0

    async def caller(self, token: str) -> Caller | None:
        self.lookups += 1
        return await super().caller(token)


class StoreInTheDistance(CountingStore):
    """A store that has no sandbox at hand."""

    def sandbox_at_hand(self, sandbox_id: str) -> None:
        """See `Store.sandbox_at_hand`."""


def run(store: CountingStore, act: Callable[[Journals], Awaitable[None]]) -> list[Exchange]:
    """Run with a sandbox `default` whose clock is ten seconds ahead; return the exchanges of its journal."""

    async def main() -> list[Exchange]:
        sandboxes = Sandboxes(store, ManualClock(), SeededIds(0), Progression())
        await sandboxes.create(None, sandbox_id="default")
        await sandboxes.set_clock("default", lambda clock, _: clock.advanced(10_000))
        await act(Journals(store, sandboxes, "default", 10))
        return list((await store.journal("default")).exchanges)

    return asyncio.run(main())


@pytest.mark.parametrize("kind", [CountingStore, StoreInTheDistance])
def test_a_key_that_was_looked_up_in_vain_is_not_looked_up_again(kind: type[CountingStore]) -> None:
    store = kind()

    async def act(journals: Journals) -> None:
        await journals.place(Exchange(request_headers=SENT, is_stranger=True))

    (placed,) = run(store, act)

    assert (store.lookups, placed.clock) == (0, SandboxClock(offset=10_000))


@pytest.mark.parametrize("kind", [CountingStore, StoreInTheDistance])
def test_a_key_that_nobody_has_looked_up_is_looked_up(kind: type[CountingStore]) -> None:
    store = kind()

    async def act(journals: Journals) -> None:
        await journals.place(Exchange(request_headers=SENT))

    (placed,) = run(store, act)

    assert (store.lookups, placed.clock) == (1, SandboxClock(offset=10_000))


def test_a_store_without_the_sandbox_default_drops_the_exchange() -> None:
    async def main() -> None:
        store = CountingStore()
        sandboxes = Sandboxes(store, ManualClock(), SeededIds(0), Progression())
        await Journals(store, sandboxes, "default", 10).place(Exchange(is_stranger=True))

    asyncio.run(main())


@pytest.mark.parametrize("token", [None, "sk_test_of_nobody"])
def test_the_admission_notes_that_no_sandbox_has_the_key(token: str | None) -> None:
    notes = RequestRecord()

    asyncio.run(identify(CountingStore(), ManualClock(), token, notes))

    assert notes.is_stranger
