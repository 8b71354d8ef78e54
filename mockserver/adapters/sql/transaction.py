"""A transaction over one sandbox in a database. Writes are buffered until the next read, or the end."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from mockserver.adapters.sql.database import Query, Row, Session, Values
from mockserver.adapters.sql.records import (
    ACCOUNT_GROUP,
    API_KEY,
    AUDIENCE,
    FOLDER,
    JOB,
    REPLAY,
    SANDBOX,
    SNAPSHOT,
    text,
)
from mockserver.adapters.sql.statements import Statements
from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job, JobStatus
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.ports import SandboxNotFoundError

_UNLIMITED = sys.maxsize


class SqlTransaction:
    """A transaction on the rows of one sandbox.

    Args:
        session: The session; it holds the lock of the sandbox if `locked`.
        statements: The statements.
        versions: The new versions of audiences.
        sandbox_id: The sandbox.
        locked: Whether the transaction may write.
    """

    def __init__(
        self, session: Session, statements: Statements, versions: Iterator[int], sandbox_id: str, *, locked: bool = True
    ) -> None:
        self._session = session
        self._sql = statements
        self._versions = versions
        self._sandbox_id = sandbox_id
        self._audience_query = statements.audience_locked if locked else statements.audience
        self._pending: list[tuple[Query, Values]] = []
        self._open_jobs: tuple[str, list[Job]] = "", []  # of the audience read last
        self.cleared = False

    async def begin(self) -> None:
        """Read the sandbox's own record; SandboxNotFoundError if there is no such sandbox."""
        rows = await self._session.rows(self._sql.sandbox, self._sandbox_id)
        if not rows:
            raise SandboxNotFoundError(self._sandbox_id)
        self._sandbox = SANDBOX.decode(rows[0][0])
        self._serials = self._saved_serials = int(rows[0][1])

    async def flush(self) -> None:
        """Write the buffered rows."""
        if self._serials != self._saved_serials:
            self._write_later(self._sql.save_serials, self._serials, self._sandbox_id)
            self._saved_serials = self._serials
        pending, self._pending = self._pending, []
        for query, group in groupby(pending, key=itemgetter(0)):
            await self._session.execute_many(query, [values for _, values in group])

    def _write_later(self, query: Query, *values: Any) -> None:  # noqa: ANN401  (whatever the column takes)
        """Buffer a write; the sandbox's id comes first in the values of a row, and last in those of a change."""
        self._pending.append((query, values))

    async def _rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as above)
        if self._pending:
            await self.flush()
        return await self._session.rows(query, self._sandbox_id, *values)

    async def rollback(self) -> None:
        """See `Transaction.rollback`."""
        self._pending.clear()
        self._open_jobs = "", []
        self.cleared = False
        await self._session.rollback()
        serials = self._serials
        await self.begin()
        self._serials = serials

    async def sandbox(self) -> Sandbox:
        """See `Transaction.sandbox`."""
        return self._sandbox

    async def save_sandbox(self, sandbox: Sandbox) -> None:
        """See `Transaction.save_sandbox`."""
        self._sandbox = sandbox
        self._write_later(self._sql.save_sandbox, text(sandbox), sandbox.id)

    async def seed(self) -> Mapping[str, Any]:
        """See `Transaction.seed`."""
        seed: Mapping[str, Any] = msgspec.json.decode((await self._rows(self._sql.seed))[0][0])
        return seed

    async def save_seed(self, seed: Mapping[str, Any]) -> None:
        """See `Transaction.save_seed`."""
        self._write_later(self._sql.save_seed, text(seed), self._sandbox_id)

    async def snapshots(self) -> Sequence[Snapshot]:
        """See `Transaction.snapshots`."""
        return SNAPSHOT.all(await self._rows(self._sql.snapshots))

    async def snapshot_document(self, name: str) -> Mapping[str, Any] | None:
        """See `Transaction.snapshot_document`."""
        rows = await self._rows(self._sql.snapshot_document, name)
        return msgspec.json.decode(rows[0][0]) if rows else None

    async def save_snapshot(self, snapshot: Snapshot, document: Mapping[str, Any]) -> None:
        """See `Transaction.save_snapshot`."""
        row = self._sandbox_id, snapshot.name, text(document), text(snapshot)
        self._write_later(self._sql.save_snapshot, *row)

    async def remove_snapshot(self, name: str) -> None:
        """See `Transaction.remove_snapshot`."""
        self._write_later(self._sql.drop_snapshot, self._sandbox_id, name)

    async def next_serial(self) -> int:
        """See `Transaction.next_serial`."""
        self._serials += 1
        return self._serials

    async def last_serial(self) -> int:
        """See `Transaction.last_serial`."""
        return self._serials

    async def skip_serials(self, last: int) -> None:
        """See `Transaction.skip_serials`."""
        self._serials = max(self._serials, last)

    async def clear(self, *, journal: bool = True) -> None:
        """See `Transaction.clear`; the store restarts the journal."""
        await self.flush()  # the sandbox's own record, its seed and its snapshots stay
        for query in self._sql.empty:
            self._write_later(query, self._sandbox_id)
        self._open_jobs = "", []
        self._serials = 0
        self.cleared = self.cleared or journal

    async def api_key(self, token: str) -> ApiKey | None:
        """See `Transaction.api_key`."""
        return API_KEY.first(await self._rows(self._sql.api_key, token))

    async def api_keys(self) -> Sequence[ApiKey]:
        """See `Transaction.api_keys`."""
        return API_KEY.all(await self._rows(self._sql.api_keys))

    async def save_api_key(self, key: ApiKey) -> None:
        """See `Transaction.save_api_key`; written at once, as it may be refused."""
        await self.flush()
        if not await self._session.rows(self._sql.save_api_key, key.token, self._sandbox_id, text(key)):
            raise ValueError("this key belongs to another sandbox")

    async def remove_api_key(self, token: str) -> None:
        """See `Transaction.remove_api_key`."""
        self._write_later(self._sql.drop_api_key, self._sandbox_id, token)

    async def account_group(self, account_group_id: str) -> AccountGroup | None:
        """See `Transaction.account_group`."""
        return ACCOUNT_GROUP.first(await self._rows(self._sql.account_group, account_group_id))

    async def account_groups(self) -> Sequence[AccountGroup]:
        """See `Transaction.account_groups`."""
        return ACCOUNT_GROUP.all(await self._rows(self._sql.account_groups))

    async def save_account_group(self, account_group: AccountGroup) -> None:
        """See `Transaction.save_account_group`."""
        row = self._sandbox_id, account_group.id, account_group.serial, text(account_group)
        self._write_later(self._sql.save_account_group, *row)

    async def remove_account_group(self, account_group_id: str) -> None:
        """See `Transaction.remove_account_group`."""
        self._open_jobs = "", []
        for query in self._sql.drop_account_group:
            self._write_later(query, self._sandbox_id, account_group_id)

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """See `Transaction.audience`; its open jobs are read too, as they are needed next."""
        rows = await self._rows(self._audience_query, audience_id, account_group_id)
        self._open_jobs = audience_id if rows else "", [JOB.decode(row[1]) for row in rows if row[1] is not None]
        return AUDIENCE.first(rows)

    async def audiences(self, account_group_id: str, *, before: int | None, limit: int | None) -> Sequence[Audience]:
        """See `Transaction.audiences`."""
        return AUDIENCE.all(await self._page(self._sql.audiences, account_group_id, before, limit))

    async def save_audience(self, audience: Audience) -> None:
        """See `Transaction.save_audience`."""
        version = next(self._versions)
        row = self._sandbox_id, audience.id, audience.account_group_id, audience.serial, version, text(audience)
        self._write_later(self._sql.save_audience, *row)

    async def remove_audience(self, audience: Audience) -> None:
        """See `Transaction.remove_audience`."""
        self._write_later(self._sql.drop_audience, self._sandbox_id, audience.id)

    async def folder(self, account_group_id: str, folder_id: str) -> Folder | None:
        """See `Transaction.folder`."""
        return FOLDER.first(await self._rows(self._sql.folder, folder_id, account_group_id))

    async def folders(self, account_group_id: str) -> Sequence[Folder]:
        """See `Transaction.folders`."""
        return FOLDER.all(await self._page(self._sql.folders, account_group_id, None, None))

    async def save_folder(self, folder: Folder) -> None:
        """See `Transaction.save_folder`."""
        row = self._sandbox_id, folder.id, folder.account_group_id, folder.serial, text(folder)
        self._write_later(self._sql.save_folder, *row)

    async def job(self, job_id: str) -> Job | None:
        """See `Transaction.job`."""
        return JOB.first(await self._rows(self._sql.job, job_id))

    async def jobs(
        self, account_group_id: str, *, before: int | None, limit: int | None, outcome: JobStatus | None = None
    ) -> Sequence[Job]:
        """See `Transaction.jobs`."""
        if outcome is None:
            return JOB.all(await self._page(self._sql.jobs, account_group_id, before, limit))
        return JOB.all(await self._page(self._sql.ended_jobs, account_group_id, before, limit, outcome))

    async def open_jobs(self, account_group_id: str) -> Sequence[Job]:
        """See `Transaction.open_jobs`."""
        return JOB.all(await self._rows(self._sql.open_jobs, account_group_id))

    async def open_jobs_on(self, audience_id: str) -> Sequence[Job]:
        """See `Transaction.open_jobs_on`."""
        if audience_id != self._open_jobs[0]:
            self._open_jobs = audience_id, JOB.all(await self._rows(self._sql.open_jobs_on, audience_id))
        return self._open_jobs[1]

    async def save_job(self, job: Job) -> None:
        """See `Transaction.save_job`."""
        self._open_jobs = "", []
        outcome = None if job.ending is None else job.ending.outcome
        row = (
            self._sandbox_id,
            job.id,
            job.account_group_id,
            job.serial,
            job.audience_id,
            outcome,
            text(job),
        )
        self._write_later(self._sql.save_job, *row)
        self._write_later(self._sql.touch_audience, self._sandbox_id, job.audience_id, next(self._versions))

    async def replay(self, account_group_id: str, idempotency_key: str) -> Replay | None:
        """See `Transaction.replay`."""
        return REPLAY.first(await self._rows(self._sql.replay, account_group_id, idempotency_key))

    async def replays(self) -> Sequence[Replay]:
        """See `Transaction.replays`."""
        return REPLAY.all(await self._rows(self._sql.replays))

    async def save_replay(self, replay: Replay) -> None:
        """See `Transaction.save_replay`."""
        row = self._sandbox_id, replay.account_group_id, replay.idempotency_key, text(replay)
        self._write_later(self._sql.save_replay, *row)

    async def _page(
        self, query: Query, account_group_id: str, before: int | None, limit: int | None, *more: str
    ) -> Sequence[Row]:
        bounds = _UNLIMITED if before is None else before, _UNLIMITED if limit is None else limit
        return await self._rows(query, account_group_id, *more, *bounds)
