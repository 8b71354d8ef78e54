"""A transaction over one sandbox in a database. What it writes is kept back until it reads, or ends."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
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
from mockserver.ports import SandboxNotFoundError

_ALL = sys.maxsize


class SqlTransaction:
    """Reads and writes the rows of one sandbox, whose lock the session holds."""

    def __init__(
        self, session: Session, statements: Statements, stamps: Iterator[int], sandbox_id: str, *, alone: bool = True
    ) -> None:
        self._session = session
        self._sql = statements
        self._stamps = stamps
        self._sandbox_id = sandbox_id
        self._audience = statements.audience_locked if alone else statements.audience
        self._pending: list[tuple[Query, Values]] = []
        self._jobs_on: tuple[str, list[Job]] = "", []  # of the audience that was read last
        self.cleared = False

    async def begin(self) -> None:
        """Read the sandbox's own record; SandboxNotFoundError where there is none."""
        rows = await self._session.rows(self._sql.sandbox, self._sandbox_id)
        if not rows:
            raise SandboxNotFoundError(self._sandbox_id)
        self._sandbox = SANDBOX.one(rows[0][0])
        self._serials = self._written = int(rows[0][1])

    async def flush(self) -> None:
        """Write what was kept back."""
        if self._serials != self._written:
            self._later(self._sql.save_serials, self._serials, self._sandbox_id)
            self._written = self._serials
        pending, self._pending = self._pending, []
        for query, group in groupby(pending, key=lambda one: one[0]):
            await self._session.execute_many(query, [values for _, values in group])

    def _later(self, query: Query, *values: Any) -> None:  # noqa: ANN401  (whatever the column takes)
        """Write a row of the sandbox, whose id comes first in rows and last in changes."""
        self._pending.append((query, values))

    async def _rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as above)
        if self._pending:
            await self.flush()
        return await self._session.rows(query, self._sandbox_id, *values)

    async def rollback(self) -> None:
        """See `Transaction.rollback`."""
        self._pending.clear()
        self._jobs_on = "", []
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
        self._later(self._sql.save_sandbox, text(sandbox), sandbox.id)

    async def seed(self) -> Mapping[str, Any]:
        """See `Transaction.seed`."""
        found: Mapping[str, Any] = msgspec.json.decode((await self._rows(self._sql.seed))[0][0])
        return found

    async def next_serial(self) -> int:
        """See `Transaction.next_serial`."""
        self._serials += 1
        return self._serials

    async def clear(self) -> None:
        """See `Transaction.clear`; whoever opened the transaction begins the journal anew."""
        self._pending.clear()
        self._later(self._sql.save_sandbox, text(self._sandbox), self._sandbox_id)
        for query in self._sql.empty:
            self._later(query, self._sandbox_id)
        self._jobs_on = "", []
        self._serials = 0
        self.cleared = True

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
        self._later(self._sql.drop_api_key, self._sandbox_id, token)

    async def account_group(self, account_group_id: str) -> AccountGroup | None:
        """See `Transaction.account_group`."""
        return ACCOUNT_GROUP.first(await self._rows(self._sql.account_group, account_group_id))

    async def account_groups(self) -> Sequence[AccountGroup]:
        """See `Transaction.account_groups`."""
        return ACCOUNT_GROUP.all(await self._rows(self._sql.account_groups))

    async def save_account_group(self, account_group: AccountGroup) -> None:
        """See `Transaction.save_account_group`."""
        row = self._sandbox_id, account_group.id, account_group.serial, text(account_group)
        self._later(self._sql.save_account_group, *row)

    async def remove_account_group(self, account_group_id: str) -> None:
        """See `Transaction.remove_account_group`."""
        self._jobs_on = "", []
        for query in self._sql.drop_account_group:
            self._later(query, self._sandbox_id, account_group_id)

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """See `Transaction.audience`; the open jobs on it come along, as they are asked for next."""
        rows = await self._rows(self._audience, audience_id, account_group_id)
        self._jobs_on = audience_id if rows else "", [JOB.one(row[1]) for row in rows if row[1] is not None]
        return AUDIENCE.first(rows)

    async def audiences(self, account_group_id: str, *, before: int | None, limit: int | None) -> Sequence[Audience]:
        """See `Transaction.audiences`."""
        return AUDIENCE.all(await self._page(self._sql.audiences, account_group_id, before, limit))

    async def save_audience(self, audience: Audience) -> None:
        """See `Transaction.save_audience`."""
        stamp = next(self._stamps)
        row = self._sandbox_id, audience.id, audience.account_group_id, audience.serial, stamp, text(audience)
        self._later(self._sql.save_audience, *row)

    async def remove_audience(self, audience: Audience) -> None:
        """See `Transaction.remove_audience`."""
        self._later(self._sql.drop_audience, self._sandbox_id, audience.id)

    async def folder(self, account_group_id: str, folder_id: str) -> Folder | None:
        """See `Transaction.folder`."""
        return FOLDER.first(await self._rows(self._sql.folder, folder_id, account_group_id))

    async def folders(self, account_group_id: str) -> Sequence[Folder]:
        """See `Transaction.folders`."""
        return FOLDER.all(await self._page(self._sql.folders, account_group_id, None, None))

    async def save_folder(self, folder: Folder) -> None:
        """See `Transaction.save_folder`."""
        row = self._sandbox_id, folder.id, folder.account_group_id, folder.serial, text(folder)
        self._later(self._sql.save_folder, *row)

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
        if audience_id != self._jobs_on[0]:
            self._jobs_on = audience_id, JOB.all(await self._rows(self._sql.open_jobs_on, audience_id))
        return self._jobs_on[1]

    async def save_job(self, job: Job) -> None:
        """See `Transaction.save_job`."""
        self._jobs_on = "", []
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
        self._later(self._sql.save_job, *row)
        self._later(self._sql.stamp_audience, self._sandbox_id, job.audience_id, next(self._stamps))

    async def replay(self, account_group_id: str, idempotency_key: str) -> Replay | None:
        """See `Transaction.replay`."""
        return REPLAY.first(await self._rows(self._sql.replay, account_group_id, idempotency_key))

    async def replays(self) -> Sequence[Replay]:
        """See `Transaction.replays`."""
        return REPLAY.all(await self._rows(self._sql.replays))

    async def save_replay(self, replay: Replay) -> None:
        """See `Transaction.save_replay`."""
        row = self._sandbox_id, replay.account_group_id, replay.idempotency_key, text(replay)
        self._later(self._sql.save_replay, *row)

    async def _page(
        self, query: Query, account_group_id: str, before: int | None, limit: int | None, *more: str
    ) -> Sequence[Row]:
        bounds = _ALL if before is None else before, _ALL if limit is None else limit
        return await self._rows(query, account_group_id, *more, *bounds)
