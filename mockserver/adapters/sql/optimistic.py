"""A transaction over one audience without a lock: its write succeeds only if the audience has not changed."""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

from mockserver.adapters.sql.database import Database, Query, Row, Values
from mockserver.adapters.sql.records import AUDIENCE, JOB, SANDBOX, text
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.transaction import SqlTransaction
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.ports import AudienceRef, ConflictError, SandboxNotFoundError

_serial = attrgetter("serial")


class AutocommitSession:
    """A session that runs each statement as its own transaction."""

    def __init__(self, database: Database) -> None:
        self.rows = database.rows
        self.change = database.change

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """Raise NotImplementedError: the statements would be several transactions."""
        raise NotImplementedError

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:
        """Raise NotImplementedError."""
        raise NotImplementedError

    async def run(self, sql: str) -> None:
        """Raise NotImplementedError."""
        raise NotImplementedError

    async def rollback(self) -> None:
        """Do nothing: no transaction is open."""


class OptimisticTransaction(SqlTransaction):
    """Two statements: one reads the sandbox, the audience and its open jobs, the other changes the audience."""

    def __init__(
        self,
        session: AutocommitSession,
        statements: Statements,
        versions: Iterator[int],
        sandbox_id: str,
        audience_ref: AudienceRef,
    ) -> None:
        super().__init__(session, statements, versions, sandbox_id, locked=False)
        self._write = session.change
        self._audience_ref = audience_ref
        self._change: tuple[Query, Values] | None = None

    async def begin(self) -> None:
        """Read the sandbox and the audience; SandboxNotFoundError if there is no such sandbox."""
        group, audience_id = self._audience_ref
        rows = await self._session.rows(self._sql.sandbox_with_audience, self._sandbox_id, audience_id, group)
        if not rows:
            raise SandboxNotFoundError(self._sandbox_id)
        sandbox, audience, self._version, _ = rows[0]
        self._sandbox = SANDBOX.decode(sandbox)
        self._read_audience = None if audience is None else AUDIENCE.decode(audience)
        jobs = [JOB.decode(row[3]) for row in rows if row[3] is not None]
        self._open_jobs = audience_id, sorted(jobs, key=_serial)
        self._change = None

    async def flush(self) -> None:
        """Write the change, if there is one; ConflictError if the audience has changed in between."""
        if self._change is not None:
            query, values = self._change
            if not await self._write(query, *values):
                raise ConflictError

    async def rollback(self) -> None:
        """See `Transaction.rollback`."""
        await self.begin()

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """See `Transaction.audience`."""
        if (account_group_id, audience_id) == self._audience_ref:
            return self._read_audience
        return await super().audience(account_group_id, audience_id)

    async def save_audience(self, audience: Audience) -> None:
        """See `Transaction.save_audience`."""
        self._read_audience = audience
        row = self._sandbox_id, audience.id, self._version, text(audience), next(self._versions)
        self._change = self._sql.save_audience_if, row

    async def remove_audience(self, audience: Audience) -> None:
        """See `Transaction.remove_audience`."""
        self._read_audience = None
        self._change = self._sql.drop_audience_if, (self._sandbox_id, audience.id, self._version)

    async def save_api_key(self, key: ApiKey) -> None:
        """Raise NotImplementedError."""
        self._write_later(self._sql.save_api_key, key.name)

    async def _rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        return await self._session.rows(query, self._sandbox_id, *values)

    def _write_later(self, query: Query, *values: Any) -> None:  # noqa: ANN401  (as above)
        raise NotImplementedError(f"this transaction writes its audience only, not {query.sql} {values}")
