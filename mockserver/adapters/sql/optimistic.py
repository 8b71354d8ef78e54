"""A transaction over one audience that takes no lock: what it has seen has to be so still when it writes."""

from collections.abc import Iterator, Sequence
from typing import Any

from mockserver.adapters.sql.database import Database, Query, Row, Values
from mockserver.adapters.sql.records import AUDIENCE, JOB, SANDBOX, text
from mockserver.adapters.sql.statements import Statements
from mockserver.adapters.sql.transaction import SqlTransaction
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.ports import AudienceRef, ConflictError, SandboxNotFoundError


class AutocommitSession:
    """A session in which each statement is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.rows = database.rows

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """Refuse: they would not be one."""
        raise NotImplementedError

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:
        """Refuse."""
        raise NotImplementedError

    async def run(self, sql: str) -> None:
        """Refuse."""
        raise NotImplementedError

    async def rollback(self) -> None:
        """Nothing is open that could be undone."""


class OptimisticTransaction(SqlTransaction):
    """Two statements: one sees the sandbox, the audience and the jobs on it, the other changes that audience."""

    def __init__(
        self,
        session: AutocommitSession,
        statements: Statements,
        stamps: Iterator[int],
        sandbox_id: str,
        about: AudienceRef,
    ) -> None:
        super().__init__(session, statements, stamps, sandbox_id, alone=False)
        self._about = about
        self._change: tuple[Query, Values] | None = None

    async def begin(self) -> None:
        """Look; SandboxNotFoundError where there is no such sandbox."""
        group, audience_id = self._about
        rows = await self._session.rows(self._sql.look, self._sandbox_id, audience_id, group)
        if not rows:
            raise SandboxNotFoundError(self._sandbox_id)
        sandbox, audience, self._stamp, _ = rows[0]
        self._sandbox = SANDBOX.one(sandbox)
        self._seen = None if audience is None else AUDIENCE.one(audience)
        self._jobs_on = audience_id, [JOB.one(row[3]) for row in rows if row[3] is not None]
        self._change = None

    async def flush(self) -> None:
        """Write the change, if there is one; ConflictError where somebody else was sooner."""
        if self._change is not None:
            query, values = self._change
            if not await self._session.rows(query, *values):
                raise ConflictError

    async def rollback(self) -> None:
        """See `Transaction.rollback`."""
        await self.begin()

    async def audience(self, account_group_id: str, audience_id: str) -> Audience | None:
        """See `Transaction.audience`."""
        if (account_group_id, audience_id) == self._about:
            return self._seen
        return await super().audience(account_group_id, audience_id)

    async def save_audience(self, audience: Audience) -> None:
        """See `Transaction.save_audience`."""
        self._seen = audience
        row = self._sandbox_id, audience.id, self._stamp, text(audience), next(self._stamps)
        self._change = self._sql.save_audience_if, row

    async def remove_audience(self, audience: Audience) -> None:
        """See `Transaction.remove_audience`."""
        self._seen = None
        self._change = self._sql.drop_audience_if, (self._sandbox_id, audience.id, self._stamp)

    async def save_api_key(self, key: ApiKey) -> None:
        """Refuse."""
        self._later(self._sql.save_api_key, key.name)

    async def _rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        return await self._session.rows(query, self._sandbox_id, *values)

    def _later(self, query: Query, *values: Any) -> None:  # noqa: ANN401  (as above)
        raise NotImplementedError(f"this transaction writes its audience alone, not {query.sql} {values}")
