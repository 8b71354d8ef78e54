"""The contract of any store about records."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import replace
from typing import TypeVar

import pytest

from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.folder import Folder
from mockserver.domain.job import Ending, Job, JobStatus, Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.ports import Access, Replay, SandboxNotFoundError, Store, Transaction

T = TypeVar("T")
GROUP, OTHER = "a" * 24, "d" * 24


def sandbox(name: str) -> Sandbox:
    return Sandbox(name, name, f"secret of {name}", 0)


def group(group_id: str = GROUP) -> AccountGroup:
    return AccountGroup(group_id, 1, "Group", Plan.SCALE, 10, 0)


def audience(serial: int, group_id: str = GROUP) -> Audience:
    return Audience(f"{serial:024x}", serial, group_id, f"Audience {serial}", "on_demand", None, None, 0, 0)


def job(serial: int, on: Audience, ending: Ending | None = None) -> Job:
    return Job(f"{serial:024x}", serial, on.account_group_id, on.id, 1, 1, 0, Progression(), 0, ending)


def folder(serial: int) -> Folder:
    return Folder(f"{serial:024x}", serial, GROUP, "Folder", AudienceType.ON_DEMAND, 0, 0, 0)


def key(token: str, *groups: str) -> ApiKey:
    return ApiKey(token, token, frozenset(), frozenset(groups))


ENDING = Ending(JobStatus.FAILED, 5, 0.5)


class BreakError(Exception):
    """An error that a test raises inside of a transaction."""


async def broken() -> None:
    raise BreakError


async def make_sandbox(store: Store, name: str) -> None:
    async with store.creation(sandbox(name), {"of": name}):
        pass


class StoreContract:
    """The tests of a store with the sandboxes `one` and `two`."""

    def opened(self) -> AbstractAsyncContextManager[Store]:
        raise NotImplementedError

    def run(self, act: Callable[[Store], Awaitable[T]]) -> T:
        async def main() -> T:
            async with self.opened() as store:
                await make_sandbox(store, "one")
                await make_sandbox(store, "two")
                return await act(store)

        return asyncio.run(main())

    def test_sandboxes_are_listed_in_the_order_in_which_they_were_made(self) -> None:
        async def act(store: Store) -> list[str]:
            return [one.id for one in await store.sandboxes()]

        assert self.run(act) == ["one", "two"]

    def test_a_sandbox_is_made_once(self) -> None:
        async def act(store: Store) -> None:
            await make_sandbox(store, "one")

        with pytest.raises(ValueError, match="one"):
            self.run(act)

    def test_a_sandbox_whose_making_fails_is_not_there_nor_are_its_keys(self) -> None:
        async def act(store: Store) -> tuple[list[str], int, object]:
            with suppress(BreakError):
                async with store.creation(sandbox("three"), {}) as transaction:
                    await transaction.save_api_key(key("k3"))
                    await broken()
            return [one.id for one in await store.sandboxes()], await store.count(), await store.caller("k3")

        assert self.run(act) == (["one", "two"], 2, None)

    def test_a_sandbox_is_made_with_its_content(self) -> None:
        async def act(store: Store) -> tuple[int, object]:
            async with store.creation(sandbox("three"), {}) as transaction:
                await transaction.save_api_key(key("k3"))
            return await store.count(), await store.caller("k3")

        assert self.run(act) == (3, (key("k3"), sandbox("three")))

    def test_a_seed_document_survives_the_clearing_of_its_sandbox(self) -> None:
        async def act(store: Store) -> list[object]:
            async with store.transaction("two") as transaction:
                before = await transaction.seed()
                await transaction.clear()
                return [before, await transaction.seed()]

        assert self.run(act) == [{"of": "two"}, {"of": "two"}]

    def test_a_seed_document_is_replaced_unless_the_transaction_is_rolled_back(self) -> None:
        other = {"accountGroups": [{"name": "Other"}]}

        async def act(store: Store) -> list[object]:
            async with store.transaction("two") as transaction:
                before = await transaction.seed()
                await transaction.save_seed(other)
                await transaction.rollback()
                after_rollback = await transaction.seed()
                await transaction.clear()
                await transaction.save_seed(other)
            async with store.transaction("two") as transaction:
                return [after_rollback == before, await transaction.seed()]

        assert self.run(act) == [True, other]

    def test_a_removed_sandbox_takes_its_keys_with_it(self) -> None:
        async def act(store: Store) -> object:
            async with store.transaction("one") as transaction:
                await transaction.save_api_key(key("k1"))
            await store.remove_sandbox("one")
            return await store.caller("k1")

        assert self.run(act) is None

    @pytest.mark.parametrize("name", ["none", ""])
    def test_a_sandbox_that_is_not_there_cannot_be_worked_in_or_removed(self, name: str) -> None:
        async def work(store: Store) -> None:
            async with store.transaction(name):
                pass

        async def remove(store: Store) -> None:
            await store.remove_sandbox(name)

        for act in (work, remove):
            with pytest.raises(SandboxNotFoundError):
                self.run(act)

    def test_a_caller_is_a_key_with_its_sandbox(self) -> None:
        async def act(store: Store) -> tuple[object, object]:
            async with store.transaction("two") as transaction:
                await transaction.save_api_key(key("k2", GROUP))
            return await store.caller("k2"), await store.caller("k1")

        found, missing = self.run(act)
        assert (found.key, found.sandbox, missing) == (key("k2", GROUP), sandbox("two"), None)  # type: ignore[attr-defined]

    def test_a_token_belongs_to_one_sandbox(self) -> None:
        async def act(store: Store) -> None:
            for name in ("one", "two"):
                async with store.transaction(name) as transaction:
                    await transaction.save_api_key(key("k"))

        with pytest.raises(ValueError, match="another sandbox"):
            self.run(act)

    def test_sandboxes_do_not_see_each_others_records(self) -> None:
        async def act(store: Store) -> object:
            async with store.transaction("one") as transaction:
                await transaction.save_audience(audience(1))
            async with store.transaction("two") as transaction:
                return await transaction.audience(GROUP, audience(1).id)

        assert self.run(act) is None

    def test_serial_numbers_grow(self) -> None:
        async def act(store: Store) -> list[int]:
            async with store.transaction("one") as transaction:
                return [await transaction.next_serial() for _ in range(3)]

        numbers = self.run(act)
        assert numbers == sorted(set(numbers))

    def test_lists_begin_at_the_requested_place_newest_first(self) -> None:
        async def act(store: Store) -> list[list[int]]:
            async with store.transaction("one") as transaction:
                for serial in (3, 1, 4, 2):
                    await transaction.save_audience(audience(serial))
                await transaction.save_audience(audience(9, OTHER))
                return [
                    [one.serial for one in await transaction.audiences(GROUP, before=before, limit=limit)]
                    for before, limit in ((None, 10), (None, 2), (3, 10), (3, 1), (1, 10))
                ]

        assert self.run(act) == [[4, 3, 2, 1], [4, 3], [2, 1], [2], []]

    def test_a_record_is_found_in_its_own_account_group_only(self) -> None:
        async def act(store: Store) -> list[object]:
            async with store.transaction("one") as transaction:
                await transaction.save_audience(audience(1))
                await transaction.save_folder(folder(2))
                return [
                    await transaction.audience(OTHER, audience(1).id),
                    await transaction.folder(OTHER, folder(2).id),
                    await transaction.audience(GROUP, audience(1).id),
                    await transaction.folder(GROUP, folder(2).id),
                ]

        assert self.run(act) == [None, None, audience(1), folder(2)]

    def test_an_open_job_is_found_by_its_audience_and_its_account_group_until_its_ending_is_on_record(self) -> None:
        async def act(store: Store) -> list[list[Job]]:
            async with store.transaction("one") as transaction:
                await transaction.save_job(job(7, audience(1)))
                opened = [*await transaction.open_jobs(GROUP)], [*await transaction.open_jobs_on(audience(1).id)]
                await transaction.save_job(job(7, audience(1), ENDING))
                closed = [*await transaction.open_jobs(GROUP)], [*await transaction.open_jobs_on(audience(1).id)]
                return [*opened, *closed]

        assert self.run(act) == [[job(7, audience(1))], [job(7, audience(1))], [], []]

    def test_open_jobs_are_listed_oldest_first_whichever_changed_last(self) -> None:
        async def act(store: Store) -> list[list[int]]:
            async with store.transaction("one") as transaction:
                for serial in (7, 8):
                    await transaction.save_job(job(serial, audience(1)))
                await transaction.save_job(replace(job(7, audience(1)), polled=1))
            async with store.transaction("one") as transaction:
                found = await transaction.open_jobs(GROUP), await transaction.open_jobs_on(audience(1).id)
                return [[one.serial for one in jobs] for jobs in found]

        assert self.run(act) == [[7, 8], [7, 8]]

    def test_serial_numbers_continue_behind_skipped_ones(self) -> None:
        async def act(store: Store) -> list[int]:
            async with store.transaction("one") as transaction:
                await transaction.skip_serials(70)
                await transaction.skip_serials(5)
                first = await transaction.next_serial()
            async with store.transaction("one") as transaction:
                return [first, await transaction.last_serial(), await transaction.next_serial()]

        assert self.run(act) == [71, 71, 72]

    def test_jobs_are_found_by_their_outcome_newest_first(self) -> None:
        async def act(store: Store) -> list[list[int]]:
            async with store.transaction("one") as transaction:
                for serial in range(1, 7):
                    await transaction.save_job(job(serial, audience(1), ENDING if serial % 2 else None))
                await transaction.save_job(job(6, audience(1), replace(ENDING, outcome=JobStatus.COMPLETED)))
                await transaction.save_job(job(7, audience(1, OTHER), ENDING))
            asked = [(JobStatus.FAILED, None, 9), (JobStatus.FAILED, 5, 1), (JobStatus.COMPLETED, None, None)]
            async with store.transaction("one") as transaction:
                return [
                    [one.serial for one in await transaction.jobs(GROUP, before=before, limit=limit, outcome=outcome)]
                    for outcome, before, limit in asked
                ]

        assert self.run(act) == [[5, 3, 1], [3], [6]]

    @pytest.mark.parametrize("by_hand", [True, False])
    def test_a_rollback_leaves_everything_as_it_was(self, *, by_hand: bool) -> None:
        async def spoil(transaction: Transaction) -> None:
            await transaction.save_audience(replace(audience(1), name="Changed"))
            await transaction.remove_audience(audience(2))
            await transaction.save_audience(audience(3))
            await transaction.save_folder(folder(8))
            await transaction.save_job(job(7, audience(1), ENDING))
            await transaction.save_job(job(9, audience(3)))
            await transaction.save_api_key(replace(key("k1"), revoked=True))
            await transaction.save_api_key(key("k2"))
            await transaction.remove_api_key("k1")
            await transaction.save_account_group(replace(group(), credits=0))
            await transaction.save_replay(Replay(GROUP, "once", "f", "j", 1))
            await transaction.save_sandbox(replace(sandbox("one"), name="Changed"))
            await transaction.remove_account_group(GROUP)
            await transaction.clear()

        async def act(store: Store) -> tuple[list[object], list[object]]:
            async with store.transaction("one") as transaction:
                for record in (audience(1), audience(2)):
                    await transaction.save_audience(record)
                await transaction.save_job(job(7, audience(1)))
                await transaction.save_api_key(key("k1"))
                await transaction.save_account_group(group())
            async with store.transaction("one") as transaction:
                before = await everything(store, transaction)
            with suppress(BreakError):
                async with store.transaction("one") as transaction:
                    await spoil(transaction)
                    await (transaction.rollback() if by_hand else broken())
            async with store.transaction("one") as transaction:
                return before, await everything(store, transaction)

        before, after = self.run(act)
        assert after == before

    def test_a_removed_account_group_takes_everything_in_it_along_and_nothing_else(self) -> None:
        async def act(store: Store) -> list[object]:
            async with store.transaction("one") as transaction:
                for one in (GROUP, OTHER):
                    await transaction.save_account_group(group(one))
                await transaction.save_audience(audience(1))
                await transaction.save_audience(audience(2, OTHER))
                await transaction.save_folder(folder(3))
                await transaction.save_job(job(4, audience(1)))
                await transaction.save_replay(Replay(GROUP, "once", "f", "j", 1))
                await transaction.remove_account_group(GROUP)
                return await everything(store, transaction)

        assert self.run(act) == [
            sandbox("one"),
            [],
            [group(OTHER)],
            [],
            [audience(2, OTHER)],
            [],
            [],
            [],
            [],
            None,
            None,
        ]

    def test_a_cleared_sandbox_is_empty_and_begins_to_count_anew(self) -> None:
        async def act(store: Store) -> tuple[list[object], bool]:
            async with store.transaction("one") as transaction:
                first = await transaction.next_serial()
                await transaction.save_api_key(key("k1"))
                await transaction.save_account_group(group())
                await transaction.save_audience(audience(1))
                await transaction.clear()
                return await everything(store, transaction), await transaction.next_serial() == first

        assert self.run(act) == ([sandbox("one"), [], [], [], [], [], [], [], [], None, None], True)

    def test_snapshots_outlive_a_clearing_and_end_with_their_sandbox(self) -> None:
        first, second = (Snapshot(name, 1, 2, 3, {"keys": 4}) for name in ("a", "b"))

        async def act(store: Store) -> list[object]:
            async with store.transaction("one") as transaction:
                for snapshot in (first, second, first):
                    await transaction.save_snapshot(snapshot, {"of": snapshot.name})
                await transaction.remove_snapshot("b")
                await transaction.clear()
            with suppress(BreakError):
                async with store.transaction("one") as transaction:
                    await transaction.save_snapshot(second, {})
                    await transaction.remove_snapshot("a")
                    await broken()
            async with store.transaction("one", Access.READ) as transaction:
                kept = [*await transaction.snapshots()], await transaction.snapshot_document("a")
            await store.remove_sandbox("one")
            await make_sandbox(store, "one")
            async with store.transaction("one") as transaction:
                return [*kept, [*await transaction.snapshots()], await transaction.snapshot_document("a")]

        assert self.run(act) == [[first], {"of": "a"}, [], None]

    def test_all_idempotency_keys_of_a_sandbox_are_listed_and_none_of_another(self) -> None:
        first, second = (Replay(GROUP, one, "print", "job", 9) for one in ("k1", "k2"))

        async def act(store: Store) -> list[Replay]:
            for name, replay in (("one", first), ("one", second), ("two", first)):
                async with store.transaction(name) as transaction:
                    await transaction.save_replay(replay)
            async with store.transaction("one") as transaction:
                return sorted(await transaction.replays(), key=lambda replay: replay.idempotency_key)

        assert self.run(act) == [first, second]


async def everything(store: Store, transaction: Transaction) -> list[object]:
    """Return everything that a sandbox shows through its port."""
    return [
        await transaction.sandbox(),
        [*await transaction.api_keys()],
        [*await transaction.account_groups()],
        [*await transaction.audiences(GROUP, before=None, limit=99)],
        [*await transaction.audiences(OTHER, before=None, limit=99)],
        [*await transaction.folders(GROUP)],
        [*await transaction.jobs(GROUP, before=None, limit=99)],
        [*await transaction.open_jobs(GROUP)],
        [*await transaction.open_jobs_on(audience(1).id)],
        await transaction.replay(GROUP, "once"),
        await store.caller("k1"),
    ]
