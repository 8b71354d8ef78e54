"""The journals in a database: appended exchanges are buffered for a moment, and written in batches.

Times of exchanges are stored as seconds since 1970, so that the exchanges of all replicas have one order.
"""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter

from mockserver.adapters.sql.coverage import SqlCoverage
from mockserver.adapters.sql.database import Database, Row, Session
from mockserver.adapters.sql.records import COUNTS, EXCHANGE, text
from mockserver.adapters.sql.schema import EXCHANGES
from mockserver.adapters.sql.statements import JournalStatements
from mockserver.ports import Journal, SandboxNotFoundError, StoreError
from mockserver.recording.coverage.counts import count_response
from mockserver.recording.exchange import Exchange
from mockserver.recording.stranger_share import StrangerShare

Pause = Callable[[float], Awaitable[None]]
BufferedExchange = tuple[str, Exchange]

_LOG = logging.getLogger(__name__)
_ROWS_PER_STEP = 64
_CLOSE_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of journals.

    Attributes:
        limit: The maximum number of exchanges of a sandbox.
        size: The maximum size of a sandbox's exchanges in bytes.
        waiting: The maximum number of exchanges that wait to be written.
        interval: The seconds between an append and the write.
    """

    limit: int = 1_000
    size: int = 4 << 20
    waiting: int = 20_000
    interval: float = 0.05


@dataclass(slots=True)
class _State:
    """The state of a journal: the first held and the last number, the size in bytes, and the time of the last clear.

    `counts` are the counts of the sandbox's coverage as JSON.
    """

    first: int
    last: int
    size: int
    cleared_at: float
    counts: str

    def count(self, exchanges: Iterable[Exchange]) -> None:
        """Count the responses of some exchanges."""
        counts = COUNTS.decode(self.counts)
        for exchange in exchanges:
            count_response(counts, exchange)
        self.counts = text(counts)


class SqlJournals:
    """All journals of a store. `epoch` is the difference between seconds since 1970 and the server's timer."""

    def __init__(
        self, database: Database, bounds: Bounds, timer: Callable[[], float], epoch: float, coverage: SqlCoverage
    ) -> None:
        self._coverage = coverage
        self.pause: Pause = asyncio.sleep
        self._database = database
        self._sql = JournalStatements(database.dialect)
        self._bounds = bounds
        self._timer = timer
        self._epoch = epoch
        self._waiting: deque[BufferedExchange] = deque(maxlen=bounds.waiting)
        self._writing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._strangers = defaultdict[str, StrangerShare](partial(StrangerShare, bounds.limit, bounds.size))

    def append(self, sandbox_id: str, exchange: Exchange) -> None:
        """Buffer an exchange; it is written within the interval."""
        self._waiting.append((sandbox_id, exchange))
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_after_interval())

    async def _write_after_interval(self) -> None:
        await self.pause(self._bounds.interval)
        self._writing = None
        try:
            await self.write()
        except Exception as error:  # noqa: BLE001  (no caller awaits the task)
            _LOG.warning("the journal was not written: %s", " ".join(str(error).split()))

    async def write(self) -> None:
        """Write the buffered exchanges; on failure they stay buffered, and the oldest are dropped above the limit."""
        async with self._lock:
            batch = list(self._waiting)
            self._waiting.clear()
            if not batch:
                return
            try:
                async with self._database.read_write() as session:
                    for sandbox_id, group in groupby(sorted(batch, key=itemgetter(0)), key=itemgetter(0)):
                        await self._add(session, sandbox_id, [exchange for _, exchange in group])
            except (StoreError, asyncio.CancelledError):
                batch += self._waiting
                self._waiting.clear()
                self._waiting.extend(batch)
                raise

    async def _add(self, session: Session, sandbox_id: str, exchanges: Sequence[Exchange]) -> None:
        state = await self._state(session, sandbox_id, locked=True)
        if state is None:
            return
        state.count(exchanges)
        numbered = self._numbered(state, exchanges, partial(self._is_admitted, sandbox_id, state))
        rows = [(sandbox_id, number, exchange.size, text(exchange)) for number, exchange in numbered]
        if rows:
            await session.copy_rows(self._sql.add, EXCHANGES.name, rows)
            await self._make_room(session, sandbox_id, state)
        await self._save(session, sandbox_id, state)

    async def _save(self, session: Session, sandbox_id: str, state: _State) -> None:
        values = state.first, state.last, state.size, state.cleared_at, state.counts
        await session.rows(self._sql.save, *values, sandbox_id)

    def _is_admitted(self, sandbox_id: str, state: _State, exchange: Exchange) -> bool:
        """Return whether an exchange is kept; this process counts the strangers' exchanges that it writes itself."""
        return exchange.token is not None or self._strangers[sandbox_id].admits(
            exchange.size, state.first, state.last, state.size
        )

    async def _make_room(self, session: Session, sandbox_id: str, state: _State) -> None:
        """Drop the oldest exchanges until the rest is within the bounds."""
        first = state.first
        while first <= state.last and (state.last - first >= self._bounds.limit or state.size > self._bounds.size):
            for number, size in await session.rows(self._sql.oldest, sandbox_id, first, _ROWS_PER_STEP):
                if state.last - first < self._bounds.limit and state.size <= self._bounds.size:
                    break
                first, state.size = number + 1, state.size - size
        if first != state.first:
            state.first = first
            await session.rows(self._sql.drop_older, sandbox_id, first)

    def _numbered(
        self, state: _State, exchanges: Iterable[Exchange], is_admitted: Callable[[Exchange], bool]
    ) -> Iterator[tuple[int, Exchange]]:
        """Yield the exchanges since the last clear, dated and with the next numbers, and count them in the state."""
        for exchange in map(self._dated, exchanges):
            if exchange.ended >= state.cleared_at and is_admitted(exchange):
                state.last += 1
                state.size += exchange.size
                yield state.last, exchange

    def _dated(self, exchange: Exchange) -> Exchange:
        """Return the exchange with its times in seconds since 1970."""
        dated = copy(exchange)
        dated.began += self._epoch
        dated.ended += self._epoch
        if dated.gone_at is not None:
            dated.gone_at += self._epoch
        return dated

    async def settle(self) -> None:
        """See `Store.settle`. It waits until other replicas have written their buffered exchanges."""
        await self.pause(2 * self._bounds.interval)
        await self.write()

    async def read(self, sandbox_id: str, after: int, *, settled: bool = False) -> Journal:
        """See `Store.journal`.

        Where a database can be read and not be written, its own buffered exchanges are shown with their likely numbers.
        """
        unwritten: list[Exchange] = []
        try:
            if not settled:
                await self.settle()
        except StoreError:
            unwritten = [exchange for name, exchange in self._waiting if name == sandbox_id]
        async with self._database.read_only() as session:
            state = await self._state(session, sandbox_id)
            if state is None:
                raise SandboxNotFoundError(sandbox_id)
            rows = await session.rows(self._sql.newer, sandbox_id, after)
        exchanges = await decoded(rows)
        for number, exchange in self._numbered(state, unwritten, lambda _: True):
            exchange.number = number
            if number > after:
                exchanges.append(exchange)
        return Journal(exchanges, state.first - 1, state.size)

    async def clear(self, sandbox_id: str) -> None:
        """See `Store.clear_journal`."""
        await self.write()
        async with self._database.read_write() as session:
            state = await self._state(session, sandbox_id, locked=True)
            if state is None:
                raise SandboxNotFoundError(sandbox_id)
            await session.rows(self._sql.drop_older, sandbox_id, state.last + 1)
            state.first, state.size = state.last + 1, 0
            await self._save(session, sandbox_id, state)

    async def begin(self, session: Session, sandbox_id: str, run: str) -> None:
        """Create the journal of a new sandbox, and its coverage."""
        await session.rows(self._sql.begin, sandbox_id, 1, 0, 0, 0.0, run, "{}", 0)

    async def restart(self, session: Session, sandbox_id: str) -> None:
        """Empty a journal, and number from 1 again. Buffered exchanges that ended before now are never written.

        The journal's own row is written first, here and in `remove`: a writer of exchanges holds the lock of that row.
        """
        await session.rows(self._sql.restart, 1, 0, 0, self._timer() + self._epoch, 0, sandbox_id)
        await session.rows(self._sql.drop, sandbox_id)

    async def remove(self, session: Session, sandbox_id: str) -> None:
        """Remove a journal, and keep its coverage."""
        for run, counts, examined, last in await session.rows(self._sql.remove, sandbox_id):
            await self._coverage.add_removed(session, run, counts, last - examined)
        await session.rows(self._sql.drop, sandbox_id)

    async def close(self) -> None:
        """Write the buffered exchanges, if that ends within a few seconds, and stop writing."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None
        try:
            await asyncio.wait_for(self.write(), _CLOSE_TIMEOUT)
        except (StoreError, TimeoutError) as error:
            _LOG.warning("%d exchanges of the journal were not written: %s", len(self._waiting), error)

    async def _state(self, session: Session, sandbox_id: str, *, locked: bool = False) -> _State | None:
        rows: Iterable[Sequence[object]] = await session.rows(
            self._sql.state_locked if locked else self._sql.state, sandbox_id
        )
        return next((_State(*row) for row in rows), None)  # type: ignore[arg-type]  # the columns have these types


async def decoded(rows: Sequence[Row]) -> list[Exchange]:
    """Return the exchanges of some rows; between some of them, everybody else has a turn of the event loop."""
    exchanges = []
    for index, (number, record) in enumerate(rows, start=1):
        exchange = EXCHANGE.decode(record)
        exchange.number = number
        exchanges.append(exchange)
        if index % _ROWS_PER_STEP == 0:
            await asyncio.sleep(0)
    return exchanges
