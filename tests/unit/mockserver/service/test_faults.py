"""The turns of faults, each taken by one of several concurrent requests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.fault import Fault, FaultKind, FaultSubject
from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox
from mockserver.service.faults import claim, take

ASKED = FaultSubject("deleteAudience", ApiKey("sk_test_key", "", frozenset(), frozenset()), frozenset())


def run(course: Callable[[MemoryStore], Awaitable[Any]], *faults: Fault) -> Any:
    async def main() -> Any:
        store = MemoryStore()
        async with store.creation(Sandbox("s", "", "secret", 0, faults=faults), {}):
            pass
        return await course(store)

    return asyncio.run(main())


async def counts(store: MemoryStore) -> list[tuple[int, int]]:
    async with store.transaction("s") as transaction:
        return [(fault.matched, fault.acted) for fault in (await transaction.sandbox()).faults]


def test_a_single_use_fault_after_the_effect_hits_one_of_two_requests() -> None:
    async def course(store: MemoryStore) -> None:
        taken = [await take(store, "s", ASKED) for _ in range(2)]
        assert [decision.effect.id if decision.effect else None for decision in taken] == ["f", "f"]

        claimed = [await claim(store, "s", "f") for _ in taken]

        assert claimed == [True, False]
        assert await counts(store) == [(2, 1)]

    run(course, Fault("f", FaultKind.RESET_AFTER, times=1))


def test_a_single_use_fault_before_the_effect_hits_one_of_two_concurrent_requests() -> None:
    async def course(store: MemoryStore) -> None:
        taken = await asyncio.gather(*(take(store, "s", ASKED) for _ in range(2)))

        assert [decision.effect is None for decision in taken] == [False, True]
        assert await counts(store) == [(2, 1)]

    run(course, Fault("f", FaultKind.RESET_BEFORE, times=1))


def test_a_fault_removed_meanwhile_does_not_act() -> None:
    async def course(store: MemoryStore) -> None:
        assert await claim(store, "s", "gone") is False
        assert await counts(store) == [(0, 0)]

    run(course, Fault("f", FaultKind.RESET_AFTER))


def test_a_fault_of_a_deleted_sandbox_does_not_act() -> None:
    async def course(store: MemoryStore) -> None:
        await store.remove_sandbox("s")

        assert await claim(store, "s", "f") is False

    run(course, Fault("f", FaultKind.RESET_AFTER))
