"""The coverage of clients in a database: the counts of each sandbox beside its journal, and those of removed ones."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from mockserver.adapters.sql.database import Database, Query, Row, Session
from mockserver.adapters.sql.records import COUNTS, text
from mockserver.adapters.sql.statements import CoverageStatements
from mockserver.ports import MAX_RUNS, SandboxNotFoundError, Tally
from mockserver.recording.coverage.counts import UNEXAMINED, Counts, add

_MERGE_EVERY = 256
_LOCK = "the coverage of removed sandboxes"


class SqlCoverage:
    """The coverage of all sandboxes of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sql = CoverageStatements(database.dialect)
        self._to_merge = False

    async def tally(self, sandbox_id: str) -> Tally:
        """See `Store.tally`."""
        rows = await self._database.rows(self._sql.tally, sandbox_id)
        if not rows:
            raise SandboxNotFoundError(sandbox_id)
        return _tally(rows[0])

    async def unexamined(self, run: str | None) -> Sequence[Tally]:
        """See `Store.unexamined`."""
        rows = await self._database.rows(*_chosen(run, self._sql.unexamined, self._sql.unexamined_of_run))
        return [_tally(row) for row in rows]

    async def total_counts(self, run: str | None) -> Counts:
        """See `Store.total_counts`."""
        async with self._database.read_only() as session:
            existing = await session.rows(*_chosen(run, self._sql.counts, self._sql.counts_of_run))
            removed = await session.rows(*_chosen(run, self._sql.removed, self._sql.removed_of_run))
        total: dict[str, int] = {}
        for (counts,) in [*existing, *removed]:
            add(total, COUNTS.decode(counts))
        return total

    async def note_examination(self, tally: Tally, found: Counts, examined: int) -> bool:
        """See `Store.note_examination`."""
        async with self._database.read_write() as session:
            rows = await session.rows(self._sql.tally_locked, tally.sandbox_id)
            if not rows or rows[0][2] != tally.examined or rows[0][3] < examined:
                return False
            counts = COUNTS.decode(rows[0][1])
            add(counts, found)
            await session.rows(self._sql.save, text(counts), examined, tally.sandbox_id)
            return True

    async def forget(self, run: str | None) -> None:
        """See `Store.forget_coverage`."""
        async with self._database.read_write() as session:
            await session.rows(*_chosen(run, self._sql.forget, self._sql.forget_run))
            await session.rows(*_chosen(run, self._sql.drop_removed, self._sql.drop_removed_of_run))

    async def add_removed(self, session: Session, run: str, counts: str, unexamined: int) -> None:
        """Add the counts of a sandbox that is removed in this transaction."""
        added = COUNTS.decode(counts)
        add(added, {UNEXAMINED: unexamined} if unexamined else {})
        if added:
            place = (await session.rows(self._sql.add_removed, run, text(added)))[0][0]
            self._to_merge |= place % _MERGE_EVERY == 0  # others are removed meanwhile

    async def merge_removed(self) -> None:
        """Merge the rows of removed sandboxes by run, if many have come since the last time.

        Above `MAX_RUNS`, those of the oldest runs become those without a run.
        """
        if not self._to_merge:
            return
        self._to_merge = False
        async with self._database.exclusive(_LOCK) as session:
            rows = sorted(await session.rows(self._sql.take_removed), key=itemgetter(0))
            newest = list(dict.fromkeys(run for _, run, _ in reversed(rows) if run))[:MAX_RUNS]
            merged: dict[str, dict[str, int]] = {name: {} for name in ["", *reversed(newest)]}
            for _, run, counts in rows:
                add(merged.get(run, merged[""]), COUNTS.decode(counts))
            for run, total in merged.items():
                await session.rows(self._sql.add_removed, run, text(total))


def _chosen(run: str | None, of_all: Query, of_run: Query) -> tuple[Any, ...]:
    """Return the statement for all, or that for a run with its value."""
    return (of_all,) if run is None else (of_run, run)


def _tally(row: Row) -> Tally:
    sandbox_id, counts, examined, last = row
    return Tally(sandbox_id, COUNTS.decode(counts), examined, last)
