"""The contract of a store about optimistic transactions on one audience, between which others may come."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from mockserver.ports import Access, AudienceRef, ConflictError, Store, Transaction
from tests.stores.contract import ENDING, GROUP, StoreContract, audience, job, key

ABOUT = AudienceRef(GROUP, audience(1).id)
Change = Callable[[Store], Awaitable[None]]


def shared(store: Store, access: Access = Access.OPTIMISTIC) -> AbstractAsyncContextManager[Transaction]:
    return store.transaction("one", access, ABOUT)


async def rename(transaction: Transaction, name: str) -> None:
    found = await transaction.audience(*ABOUT)
    assert found is not None
    await transaction.save_audience(replace(found, name=name))


async def renamed_by_another(store: Store) -> None:
    async with shared(store) as transaction:
        await rename(transaction, "Another's")


async def renamed_alone(store: Store) -> None:
    async with store.transaction("one") as transaction:
        await rename(transaction, "Another's")


async def removed(store: Store) -> None:
    async with shared(store) as transaction:
        await transaction.remove_audience(audience(1))


async def job_started(store: Store) -> None:
    async with store.transaction("one") as transaction:
        await transaction.save_job(job(7, audience(1)))


async def job_ended(store: Store) -> None:
    async with store.transaction("one") as transaction:
        await transaction.save_job(job(6, audience(1), ENDING))


async def planted_anew(store: Store) -> None:
    async with store.transaction("one") as transaction:
        await transaction.clear()
        await transaction.save_audience(audience(1))


async def group_removed(store: Store) -> None:
    async with store.transaction("one") as transaction:
        await transaction.remove_account_group(GROUP)


async def sandbox_removed(store: Store) -> None:
    await store.remove_sandbox("one")


async def interrupted(store: Store, change: Change, act: Callable[[Transaction, str], Awaitable[None]]) -> None:
    async with shared(store) as transaction:
        await change(store)
        await act(transaction, "Mine")


CHANGES = [
    renamed_by_another,
    renamed_alone,
    removed,
    job_started,
    job_ended,
    planted_anew,
    group_removed,
    sandbox_removed,
]


class SharedContract(StoreContract):
    """The tests of a store whose sandbox `one` has an audience with an open job, and another audience."""

    async def plant(self, store: Store) -> None:
        async with store.transaction("one") as transaction:
            for number in (1, 2):
                await transaction.save_audience(audience(number))
            await transaction.save_job(job(6, audience(1)))

    @pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
    @pytest.mark.parametrize("act", [rename, lambda transaction, _: transaction.remove_audience(audience(1))])
    def test_a_change_by_another_transaction_is_not_overwritten(
        self, change: Change, act: Callable[[Transaction, str], Awaitable[None]]
    ) -> None:
        async def course(store: Store) -> None:
            await self.plant(store)
            with pytest.raises(ConflictError):
                await interrupted(store, change, act)
            if change is not sandbox_removed:
                async with store.transaction("one", Access.READ) as transaction:
                    found = await transaction.audience(*ABOUT)
                    assert found is None or found.name != "Mine"

        self.run(course)

    def test_an_unchanged_audience_is_changed(self) -> None:
        async def course(store: Store) -> list[object]:
            await self.plant(store)
            async with shared(store) as transaction:
                await rename(transaction, "Mine")
                async with store.transaction("one", Access.OPTIMISTIC, AudienceRef(GROUP, audience(2).id)) as other:
                    await other.remove_audience(audience(2))
            async with store.transaction("one", Access.READ) as transaction:
                return [*await transaction.audiences(GROUP, before=None, limit=None)]

        assert self.run(course) == [replace(audience(1), name="Mine")]

    def test_a_transaction_sees_the_sandbox_the_audience_and_the_open_jobs_of_one_instant(self) -> None:
        async def course(store: Store) -> list[object]:
            await self.plant(store)
            async with shared(store, Access.READ) as transaction:
                await renamed_alone(store)
                await job_ended(store)
                found = await transaction.audience(*ABOUT)
                return [(await transaction.sandbox()).id, found, *await transaction.open_jobs_on(audience(1).id)]

        assert self.run(course) == ["one", audience(1), job(6, audience(1))]

    def test_a_transaction_sees_its_own_writes_and_rollbacks(self) -> None:
        async def course(store: Store) -> list[object]:
            await self.plant(store)
            async with shared(store) as transaction:
                await rename(transaction, "Mine")
                seen = [await transaction.audience(*ABOUT)]
                await transaction.remove_audience(audience(1))
                seen.append(await transaction.audience(*ABOUT))
                await transaction.rollback()
                seen.append(await transaction.audience(*ABOUT))
            async with store.transaction("one", Access.READ) as transaction:
                return [*seen, await transaction.audience(*ABOUT)]

        assert self.run(course) == [replace(audience(1), name="Mine"), None, audience(1), audience(1)]

    def test_a_transaction_writes_nothing_else(self) -> None:
        async def course(store: Store) -> None:
            await self.plant(store)
            with pytest.raises(NotImplementedError):
                async with shared(store) as transaction:
                    await transaction.save_job(job(8, audience(1)))
            with pytest.raises(NotImplementedError):
                async with shared(store) as transaction:
                    await transaction.save_api_key(key("k1"))

        self.run(course)

    def test_of_removals_of_one_audience_that_come_together_one_succeeds(self) -> None:
        async def remove(store: Store, number: int) -> str:
            try:
                async with store.transaction("one", Access.OPTIMISTIC, AudienceRef(GROUP, audience(number).id)) as it:
                    if await it.audience(GROUP, audience(number).id) is None:
                        return "lost"
                    await it.remove_audience(audience(number))
            except ConflictError:
                return "lost"
            return f"removed {number}"

        async def course(store: Store) -> list[str]:
            await self.plant(store)
            outcomes = await asyncio.gather(*[remove(store, number) for number in (1, 2, 1, 2, 1, 3)])
            async with store.transaction("one", Access.READ) as transaction:
                assert not await transaction.audiences(GROUP, before=None, limit=None)
            return sorted(outcomes)

        assert self.run(course) == ["lost"] * 4 + ["removed 1", "removed 2"]
