"""A transaction over one sandbox in memory; it never yields to the event loop, so no other can interleave.

The size of the sandbox follows each write, and the sum of the store follows at the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any, Self, TypeVar

from mockserver.adapters.memory.records import Measured, SandboxRecords, snapshot_size
from mockserver.adapters.memory.sizes import (
    JOB,
    Capacity,
    audience_size,
    key_size,
    named_size,
    replay_size,
    sandbox_size,
)
from mockserver.adapters.memory.table import R, Table
from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job, JobStatus
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.ports import SandboxNotFoundError, StoreFullError

K = TypeVar("K")
V = TypeVar("V")


class MemoryTransaction:
    """A transaction that writes at once, and keeps a list of actions to undo.

    Args:
        records_by_id: The records of all sandboxes.
        owners: The records to which each token belongs.
        sandbox_id: The id of the sandbox.
        capacity: The bytes that the store may hold, and those that it does hold.
    """

    __slots__ = ("_capacity", "_initial_size", "_owners", "_records", "_records_by_id", "_sandbox_id", "_undo")

    def __init__(
        self,
        records_by_id: dict[str, SandboxRecords],
        owners: dict[str, SandboxRecords],
        sandbox_id: str,
        capacity: Capacity,
    ) -> None:
        self._records_by_id = records_by_id
        self._owners = owners
        self._sandbox_id = sandbox_id
        self._capacity = capacity
        self._undo: list[Callable[[], object]] = []

    async def __aenter__(self) -> Self:
        records = self._records_by_id.get(self._sandbox_id)
        if records is None:
            raise SandboxNotFoundError(self._sandbox_id)
        self._records = records
        self._initial_size = records.size
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            await self.rollback()
            return
        capacity = self._capacity  # in line, without a call: every request comes by
        grown = self._records.size - self._initial_size
        if grown > 0 and capacity.taken + grown > capacity.limit:
            await self.rollback()
            raise StoreFullError(capacity.taken, capacity.limit)
        capacity.taken += grown

    async def rollback(self) -> None:
        """See `Transaction.rollback`."""
        while self._undo:
            self._undo.pop()()
        self._records.size = self._initial_size

    async def sandbox(self) -> Sandbox:
        """See `Transaction.sandbox`."""
        return self._records.sandbox

    async def save_sandbox(self, sandbox: Sandbox) -> None:
        """See `Transaction.save_sandbox`."""
        records = self._records
        self._undo.append(partial(setattr, records, "sandbox", records.sandbox))
        records.size += sandbox_size(sandbox) - sandbox_size(records.sandbox)
        records.sandbox = sandbox

    async def seed(self) -> Mapping[str, Any]:
        """See `Transaction.seed`."""
        return self._records.seed.document

    async def save_seed(self, seed: Mapping[str, Any]) -> None:
        """See `Transaction.save_seed`."""
        records = self._records
        self._undo.append(partial(setattr, records, "seed", records.seed))
        measured = Measured.of(seed)
        records.size += measured.size - records.seed.size
        records.seed = measured

    async def snapshots(self) -> Sequence[Snapshot]:
        """See `Transaction.snapshots`."""
        return [snapshot for snapshot, _ in self._records.snapshots.values()]

    async def snapshot_document(self, name: str) -> Mapping[str, Any] | None:
        """See `Transaction.snapshot_document`."""
        kept = self._records.snapshots.get(name)
        return None if kept is None else kept[1].document

    async def save_snapshot(self, snapshot: Snapshot, document: Mapping[str, Any]) -> None:
        """See `Transaction.save_snapshot`."""
        self._put(self._records.snapshots, snapshot.name, (snapshot, Measured.of(document)), snapshot_size)

    async def remove_snapshot(self, name: str) -> None:
        """See `Transaction.remove_snapshot`."""
        if name in self._records.snapshots:
            self._drop(self._records.snapshots, name, snapshot_size)

    async def next_serial(self) -> int:
        """See `Transaction.next_serial`; a rollback does not free a number."""
        self._records.serials += 1
        return self._records.serials

    async def last_serial(self) -> int:
        """See `Transaction.last_serial`."""
        return self._records.serials

    async def skip_serials(self, last: int) -> None:
        """See `Transaction.skip_serials`; a rollback does not free a number."""
        self._records.serials = max(self._records.serials, last)

    async def clear(self, *, journal: bool = True) -> None:
        """See `Transaction.clear`."""
        previous = dict(vars(self._records))
        tokens = list(self._records.keys)
        self._undo.append(partial(vars(self._records).update, previous))
        self._undo.append(partial(self._owners.update, dict.fromkeys(tokens, self._records)))
        kept = self._records.journal
        self._records.empty()
        self._records.size = self._records.lasting_size()
        if not journal:
            self._records.journal = kept
            self._records.size += kept.size
        for token in tokens:
            del self._owners[token]

    async def api_key(self, token: str) -> ApiKey | None:
        """See `Transaction.api_key`."""
        return self._records.keys.get(token)

    async def api_keys(self) -> Sequence[ApiKey]:
        """See `Transaction.api_keys`."""
        return list(self._records.keys.values())

    async def save_api_key(self, key: ApiKey) -> None:
        """See `Transaction.save_api_key`."""
        if self._owners.get(key.token, self._records) is not self._records:
            raise ValueError("this key belongs to another sandbox")
        self._put(self._records.keys, key.token, key, key_size)
        if key.token not in self._owners:
            self._undo.append(partial(self._owners.__delitem__, key.token))
            self._owners[key.token] = self._records

    async def remove_api_key(self, token: str) -> None:
        """See `Transaction.remove_api_key`."""
        if token in self._records.keys:
            self._drop(self._records.keys, token, key_size)
            self._undo.append(partial(self._owners.__setitem__, token, self._owners.pop(token)))

    async def account_group(self, account_group_id: str) -> AccountGroup | None:
        """See `Transaction.account_group`."""
        return self._records.account_groups.get(account_group_id)

    async def account_groups(self) -> Sequence[AccountGroup]:
        """See `Transaction.account_groups`."""
        return list(self._records.account_groups.values())

    async def save_account_group(self, account_group: AccountGroup) -> None:
        """See `Transaction.save_account_group`."""
        self._put(self._records.account_groups, account_group.id, account_group, named_size)

    async def remove_account_group(self, account_group_id: str) -> None:
        """See `Transaction.remove_account_group`."""
        records = self._records
        if account_group_id not in records.account_groups:
            return
        for audience in list(records.audiences.newest_first(account_group_id)):
            self._remove(records.audiences, audience, audience_size)
        for folder in list(records.folders.newest_first(account_group_id)):
            self._remove(records.folders, folder, named_size)
        for job in list(records.jobs.newest_first(account_group_id)):
            records.remove_job(job)
            records.size -= JOB
            self._undo.append(partial(records.put_job, job))
        for key in [key for key in records.replays if key[0] == account_group_id]:
            self._drop(records.replays, key, replay_size)
        self._drop(records.account_groups, account_group_id, named_size)

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """See `Transaction.audience`."""
        audience = self._records.audiences.get(audience_id)
        return audience if audience is not None and audience.account_group_id == account_group_id else None

    async def audiences(self, account_group_id: str, *, before: int | None, limit: int | None) -> Sequence[Audience]:
        """See `Transaction.audiences`."""
        return list(islice(self._records.audiences.newest_first(account_group_id, before), limit))

    async def save_audience(self, audience: Audience) -> None:
        """See `Transaction.save_audience`."""
        self._save(self._records.audiences, audience, audience_size)

    async def remove_audience(self, audience: Audience) -> None:
        """See `Transaction.remove_audience`."""
        self._remove(self._records.audiences, audience, audience_size)

    async def folder(self, account_group_id: str, folder_id: str) -> Folder | None:
        """See `Transaction.folder`."""
        folder = self._records.folders.get(folder_id)
        return folder if folder is not None and folder.account_group_id == account_group_id else None

    async def folders(self, account_group_id: str) -> Sequence[Folder]:
        """See `Transaction.folders`."""
        return list(self._records.folders.newest_first(account_group_id))

    async def save_folder(self, folder: Folder) -> None:
        """See `Transaction.save_folder`."""
        self._save(self._records.folders, folder, named_size)

    async def job(self, job_id: str) -> Job | None:
        """See `Transaction.job`."""
        return self._records.jobs.get(job_id)

    async def jobs(
        self, account_group_id: str, *, before: int | None, limit: int | None, outcome: JobStatus | None = None
    ) -> Sequence[Job]:
        """See `Transaction.jobs`."""
        table = self._records.jobs if outcome is None else self._records.ended_jobs[outcome]
        return list(islice(table.newest_first(account_group_id, before), limit))

    async def open_jobs(self, account_group_id: str) -> Sequence[Job]:
        """See `Transaction.open_jobs`."""
        return self._records.open_jobs(account_group_id)

    async def open_jobs_on(self, audience_id: str) -> Sequence[Job]:
        """See `Transaction.open_jobs_on`."""
        return self._records.open_jobs(audience_id)

    async def save_job(self, job: Job) -> None:
        """See `Transaction.save_job`."""
        previous = self._records.jobs.get(job.id)
        if previous is not None:
            self._records.remove_job(previous)
            self._undo.append(partial(self._records.put_job, previous))
        else:
            self._records.size += JOB
        self._records.put_job(job)
        self._undo.append(partial(self._records.remove_job, job))

    async def replay(self, account_group_id: str, idempotency_key: str) -> Replay | None:
        """See `Transaction.replay`."""
        return self._records.replays.get((account_group_id, idempotency_key))

    async def replays(self) -> Sequence[Replay]:
        """See `Transaction.replays`."""
        return list(self._records.replays.values())

    async def save_replay(self, replay: Replay) -> None:
        """See `Transaction.save_replay`."""
        self._put(self._records.replays, (replay.account_group_id, replay.idempotency_key), replay, replay_size)

    def _save(self, table: Table[R], row: R, size: Callable[[R], int]) -> None:
        previous = table.put(row)
        self._records.size += size(row) if previous is None else size(row) - size(previous)
        self._undo.append(partial(table.remove, row.id) if previous is None else partial(table.put, previous))

    def _remove(self, table: Table[R], row: R, size: Callable[[R], int]) -> None:
        removed = table.remove(row.id)
        if removed is not None:
            self._records.size -= size(removed)
            self._undo.append(partial(table.put, removed))

    def _put(self, rows: dict[K, V], key: K, value: V, size: Callable[[V], int]) -> None:
        if key in rows:
            self._records.size -= size(rows[key])
            self._undo.append(partial(rows.__setitem__, key, rows[key]))
        else:
            self._undo.append(partial(rows.__delitem__, key))
        self._records.size += size(value)
        rows[key] = value

    def _drop(self, rows: dict[K, V], key: K, size: Callable[[V], int]) -> None:
        dropped = rows.pop(key)
        self._records.size -= size(dropped)
        self._undo.append(partial(rows.__setitem__, key, dropped))
