"""The bound of the memory store: one sum over everything, which no trace of changes makes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.adapters.memory import sizes
from mockserver.adapters.memory.records import SandboxRecords, snapshot_size
from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.domain.account import AccountGroup, Plan
from mockserver.domain.audience import Audience, AudienceType
from mockserver.domain.fault import Fault, FaultKind, Resend
from mockserver.domain.folder import Folder
from mockserver.domain.job import Ending, Job, JobStatus, Progression
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.ports import StoreFullError
from mockserver.recording.exchange import Exchange

Act = Callable[[MemoryTransaction], Awaitable[None]]

LIMIT = 60_000
SANDBOXES = ("one", "two")


class BreakError(Exception):
    """An error that a trace raises inside of a transaction."""


async def broken() -> None:
    raise BreakError


def audience(serial: int, text: str = "") -> Audience:
    urls = tuple(text for _ in range(serial % 3))
    return Audience(str(serial), serial, f"g{serial % 2}", text, "on_demand", text or None, None, 0, 0, urls)


def job(serial: int, text: str) -> Job:
    ending = Ending(JobStatus.FAILED, 5, 0.5) if text else None
    return Job(str(serial), serial, f"g{serial % 2}", "1", 1, 1, 0, Progression(), 0, ending)


def sandbox(name: str, number: int = 0, text: str = "") -> Sandbox:
    awaited = tuple(Resend(text, 0) for _ in range(number))
    faults = tuple(Fault(str(one), FaultKind.DELAY, key=text or None, awaited=awaited) for one in range(number))
    return Sandbox(name, text, "secret", 0, faults=faults)


def document(number: int, text: str) -> dict[str, Any]:
    return {"keys": [{"name": text}] * number, "accountGroups": [], text: None}


async def write(transaction: MemoryTransaction, kind: str, number: int, text: str) -> None:
    """Make one change in a transaction."""
    name = (await transaction.sandbox()).id
    plan, folder_type = Plan.SCALE, AudienceType.ON_DEMAND
    groups = frozenset(f"g{one}" for one in range(number))
    act: dict[str, Callable[[], Awaitable[None]]] = {
        "sandbox": lambda: transaction.save_sandbox(sandbox(name, number, text)),
        "seed": lambda: transaction.save_seed(document(number, text)),
        "snapshot": lambda: transaction.save_snapshot(Snapshot(str(number), 0, 0, 0, {}), document(number, text)),
        "drop": lambda: transaction.remove_snapshot(str(number)),
        "key": lambda: transaction.save_api_key(ApiKey(f"{name}{number}", text, frozenset(), groups)),
        "remove key": lambda: transaction.remove_api_key(f"{name}{number}"),
        "group": lambda: transaction.save_account_group(AccountGroup(f"g{number % 2}", 1, text, plan, 0, 0)),
        "remove group": lambda: transaction.remove_account_group(f"g{number % 2}"),
        "audience": lambda: transaction.save_audience(audience(number, text)),
        "remove audience": lambda: transaction.remove_audience(audience(number)),
        "folder": lambda: transaction.save_folder(
            Folder(str(number), number, f"g{number % 2}", text, folder_type, 0, 0, 0)
        ),
        "job": lambda: transaction.save_job(job(number, text)),
        "replay": lambda: transaction.save_replay(Replay(f"g{number % 2}", text, "digest", "1", 0)),
        "clear": lambda: transaction.clear(journal=bool(text)),
        "rollback": transaction.rollback,
    }
    await act[kind]()


WRITES = (
    *("sandbox", "seed", "snapshot", "drop", "key", "remove key", "group", "remove group", "audience", "audience"),
    *("remove audience", "folder", "job", "replay", "clear", "rollback"),
)
CHANGE = st.tuples(st.sampled_from(WRITES), st.integers(0, 4), st.sampled_from(("", "text", "x" * 3_000, "😀" * 1_500)))
STEP = st.one_of(
    st.tuples(st.sampled_from(("commit", "break", "create")), st.sampled_from(SANDBOXES), st.lists(CHANGE, max_size=8)),
    st.tuples(st.just("exchange"), st.sampled_from(SANDBOXES), st.integers(0, 9_000), st.booleans()),
    st.tuples(st.sampled_from(("remove", "clear journal")), st.sampled_from(SANDBOXES)),
)


def rows(table: Any) -> dict[str, Any]:
    return dict(table._rows)  # noqa: SLF001  (no method returns the rows of all account groups)


def content(records: SandboxRecords) -> list[Any]:
    """Return all that a sandbox holds."""
    ended = {outcome: found for outcome, table in records.ended_jobs.items() if (found := rows(table))}
    return [
        records.sandbox,
        records.seed,
        *map(dict, (records.keys, records.account_groups, records.replays, records.snapshots)),
        *map(rows, (records.audiences, records.folders, records.jobs)),
        ended,
        list(records.journal.read(0).exchanges),
        records.size,
    ]


def state(store: MemoryStore) -> Any:
    """Return all that a store holds."""
    return store.capacity.taken, set(store.owners), {name: content(one) for name, one in store.records.items()}


def recounted(records: SandboxRecords) -> int:
    """Return the size of all that a sandbox holds, counted anew."""
    return sum(
        (
            sizes.sandbox_size(records.sandbox),
            sizes.document_size(records.seed.document),
            *map(snapshot_size, records.snapshots.values()),
            *(sizes.document_size(kept.document) - kept.size for _, kept in records.snapshots.values()),
            *map(sizes.key_size, records.keys.values()),
            *map(sizes.named_size, records.account_groups.values()),
            *map(sizes.audience_size, rows(records.audiences).values()),
            *map(sizes.named_size, rows(records.folders).values()),
            sizes.JOB * len(rows(records.jobs)),
            *map(sizes.replay_size, records.replays.values()),
            *(exchange.size for exchange in records.journal.read(0).exchanges),
        )
    )


async def take(store: MemoryStore, step: Any) -> None:
    """Take a step of a trace; a refused one changes nothing."""
    kind, name, *rest = step
    if kind == "exchange":
        size, known = rest
        store.append(name, Exchange(token="key" if known else None, size=size))
    elif kind in {"remove", "clear journal"} and name in store.records:
        await (store.remove_sandbox(name) if kind == "remove" else store.clear_journal(name))
    elif kind == "create" and name not in store.records:
        await transact(store, store.creation(sandbox(name), document(2, "seed")), rest[0])
    elif kind in {"commit", "break"} and name in store.records:
        await transact(store, store.transaction(name), rest[0], breaks=kind == "break")


async def transact(store: MemoryStore, opened: Any, changes: Any, *, breaks: bool = False) -> None:
    before = state(store)
    try:
        async with opened as transaction:
            for change in changes:
                await write(transaction, *change)
            if breaks:
                await broken()
    except (StoreFullError, BreakError):
        assert state(store) == before


@given(st.lists(STEP, max_size=25))
@example([("create", "one", []), ("exchange", "one", 100, True), ("commit", "one", [("clear", 0, "")])])
@example([("create", "one", []), ("exchange", "one", 100, True), ("clear journal", "one")])
@example([("create", "one", [("group", 0, "a"), ("job", 0, ""), ("remove group", 0, "")])])
def test_the_sum_is_that_of_a_recount_after_every_step_and_stays_below_the_bound(trace: list[Any]) -> None:
    async def main() -> None:
        store = MemoryStore(journal_limit=5, journal_bytes=20_000, max_data=LIMIT)
        for step in trace:
            await take(store, step)
            assert {name: records.size for name, records in store.records.items()} == {
                name: recounted(records) for name, records in store.records.items()
            }
            assert store.capacity.taken == sum(records.size for records in store.records.values()) <= LIMIT

    asyncio.run(main())


GROWING = sorted(set(WRITES) - {"clear", "rollback", "drop"} - {kind for kind in WRITES if kind.startswith("remove")})


@pytest.mark.parametrize("kind", GROWING)
def test_a_record_without_room_is_refused_and_fits_once_there_is_room(kind: str) -> None:
    async def main() -> None:
        store = MemoryStore()
        async with store.creation(sandbox("one"), {}) as transaction:
            await transaction.save_audience(audience(9, "x" * 10_000))
        store.capacity.limit = store.capacity.taken
        before = state(store)

        with pytest.raises(StoreFullError, match="--max-data"):
            async with store.transaction("one") as transaction:
                await write(transaction, kind, 3, "text")

        assert state(store) == before
        async with store.transaction("one") as transaction:
            await transaction.remove_audience(audience(9))
        async with store.transaction("one") as transaction:
            await write(transaction, kind, 3, "text")
        assert store.capacity.taken == recounted(store.records["one"])

    asyncio.run(main())


def test_a_sandbox_without_room_is_refused_and_fits_once_another_one_is_removed() -> None:
    async def main() -> None:
        store = MemoryStore()
        async with store.creation(sandbox("one"), {}):
            pass
        store.capacity.limit = store.capacity.taken + 1

        with pytest.raises(StoreFullError):
            async with store.creation(sandbox("two"), {}):
                pass
        assert set(store.records) == {"one"}

        await store.remove_sandbox("one")
        assert store.capacity.taken == 0
        async with store.creation(sandbox("two"), {}):
            pass
        assert set(store.records) == {"two"}

    asyncio.run(main())


def test_a_full_store_lets_a_record_change_that_does_not_grow() -> None:
    async def main() -> None:
        store = MemoryStore()
        async with store.creation(sandbox("one"), {}) as transaction:
            await transaction.save_audience(audience(1, "name"))
        store.capacity.limit = store.capacity.taken

        async with store.transaction("one") as transaction:
            await transaction.save_audience(replace(audience(1, "name"), name="eman"))
        async with store.transaction("one") as transaction:
            assert await transaction.audience("g1", "1") == replace(audience(1, "name"), name="eman")

    asyncio.run(main())


class TestJournals:
    def store(self, room: int) -> MemoryStore:
        """A store with a sandbox, and with so many bytes of room for its journal."""

        async def main() -> MemoryStore:
            store = MemoryStore()
            for name in SANDBOXES:
                async with store.creation(sandbox(name), {}):
                    pass
            store.capacity.journal_limit = store.capacity.taken + room
            return store

        return asyncio.run(main())

    def numbers(self, store: MemoryStore, name: str = "one") -> list[int]:
        return [exchange.number for exchange in store.records[name].journal.read(0).exchanges]

    def test_a_journal_without_room_drops_its_oldest_exchanges(self) -> None:
        store = self.store(3_000)
        for _ in range(5):
            store.append("one", Exchange(token="key", size=1_000))

        assert self.numbers(store) == [3, 4, 5]

    def test_a_journal_keeps_nothing_where_others_have_taken_all_room(self) -> None:
        store = self.store(2_000)
        for name in ("one", "one", "two"):
            store.append(name, Exchange(token="key", size=1_000))

        assert (self.numbers(store), self.numbers(store, "two")) == ([1, 2], [])
        assert store.records["two"].journal.read(0).dropped == 1

    def test_a_stranger_takes_no_more_than_its_share_of_the_room(self) -> None:
        store = self.store(3_000)
        for _ in range(3):
            store.append("one", Exchange(token="key", size=1_000))
        for _ in range(3_000):
            store.append("one", Exchange(size=2_000_000))

        assert self.numbers(store) == [1, 2, 3]

    def test_the_journals_leave_a_quarter_of_the_store_to_the_records(self) -> None:
        store = MemoryStore(max_data=1_000_000)

        assert store.capacity.journal_limit == 750_000

    def test_journals_are_as_long_as_ever_while_there_is_room(self) -> None:
        store = self.store(1 << 30)
        for _ in range(1_200):
            store.append("one", Exchange(token="key", size=1_000))

        assert self.numbers(store) == list(range(201, 1_201))
