"""The coverage of clients in a database: the counts of each sandbox beside its journal, and those of removed ones."""

from collections.abc import Iterable, Sequence
from operator import itemgetter

from mockserver.adapters.sql.database import Database, Row, Session
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

    async def tallies(self, run: str | None) -> Sequence[Tally]:
        """See `Store.tallies`."""
        if run is None:
            return [_tally(row) for row in await self._database.rows(self._sql.tallies)]
        return [_tally(row) for row in await self._database.rows(self._sql.tallies_of_run, run)]

    async def total_counts(self, run: str | None) -> Counts:
        """See `Store.total_counts`."""
        async with self._database.read_only() as session:
            if run is None:
                existing, removed = await session.rows(self._sql.tallies), await session.rows(self._sql.removed)
            else:
                existing = await session.rows(self._sql.tallies_of_run, run)
                removed = await session.rows(self._sql.removed_of_run, run)
        return _sum([*(row[1] for row in existing), *(row[0] for row in removed)])

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
            if run is None:
                await session.rows(self._sql.forget)
                await session.rows(self._sql.drop_removed)
            else:
                await session.rows(self._sql.forget_run, run)
                await session.rows(self._sql.drop_removed_of_run, run)

    async def add_removed(self, session: Session, run: str, counts: str, unexamined: int) -> None:
        """Add the counts of a sandbox that is removed in this transaction."""
        added = COUNTS.decode(counts)
        add(added, {UNEXAMINED: unexamined} if unexamined else {})
        if added:
            place = (await session.rows(self._sql.add_removed, run, text(added)))[0][0]
            self._to_merge = place % _MERGE_EVERY == 0

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


def _tally(row: Row) -> Tally:
    sandbox_id, counts, examined, last = row
    return Tally(sandbox_id, COUNTS.decode(counts), examined, last)


def _sum(texts: Iterable[str]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in texts:
        add(total, COUNTS.decode(counts))
    return total
