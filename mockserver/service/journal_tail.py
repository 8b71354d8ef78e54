"""Following a journal by polling it; only the follower's offset is kept."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from mockserver.ports import Journal, SandboxNotFoundError
from mockserver.recording.exchange import Exchange
from mockserver.service.journals import Journals, Query, Reading

Pause = Callable[[float], Awaitable[None]]

INTERVAL = 0.1
"""Seconds between two reads of a journal: a page shows an exchange within 0.2 s of its end."""
HEARTBEAT = 150
"""Reads without a new exchange until a follower gets a sign of life."""
AT_ONCE = 50
"""The maximum number of exchanges in a batch: to send 500 a second to a follower takes about 2 % of a core."""
MAX_FOLLOWERS = 8
"""The maximum number of followers of one sandbox."""


class TooManyFollowersError(Exception):
    """The journal has the maximum number of followers; the message says how many."""


@dataclass(frozen=True, slots=True)
class Offset:
    """A position in a journal.

    Attributes:
        number: The number of the last exchange that was read.
        identity: The times that tell this exchange from another with the same number; None if it was not read.
    """

    number: int = 0
    identity: tuple[int, float] | None = None

    def is_in(self, journal: Journal) -> bool:
        """Return whether the offset is in this journal, read from its exchange on; a reset restarts the numbers."""
        for exchange in journal.exchanges:
            if exchange.number == self.number:
                return self.identity is None or self.identity == _identity(exchange)
        return journal.dropped >= self.number


def _identity(exchange: Exchange) -> tuple[int, float]:
    return exchange.real, exchange.began


@dataclass(frozen=True, slots=True)
class Batch:
    """New exchanges of a journal.

    Attributes:
        anew: Whether a reset has emptied the journal and restarted its numbers.
        dropped: The number of exchanges, up to the number `reading.dropped`, that were dropped before they were read.
        reading: The exchanges.
    """

    anew: bool
    dropped: int
    reading: Reading


class JournalTails:
    """The followers of journals in this process; other processes on the same store have their own.

    Args:
        journals: The journals.
        pause: A coroutine function that waits for a number of seconds.
        most: The maximum number of followers of one sandbox.
    """

    def __init__(self, journals: Journals, pause: Pause, most: int = MAX_FOLLOWERS) -> None:
        self.journals = journals
        self.pause = pause
        self.stopped = False
        self._most = most
        self._followers: Counter[str] = Counter()

    async def follow(self, sandbox_id: str, after: int) -> "Tail":
        """Follow a journal from the first exchange with a number greater than `after`; the caller closes the tail.

        Raises:
            SandboxNotFoundError: There is no such sandbox.
            JournalOffError: The server keeps no journal.
            TooManyFollowersError: The journal has the maximum number of followers.
        """
        await self.journals.raw(sandbox_id, after)
        if self._followers[sandbox_id] >= self._most:
            raise TooManyFollowersError(f"the journal of the sandbox {sandbox_id} is followed by {self._most} already")
        self._followers[sandbox_id] += 1
        return Tail(self, sandbox_id, Offset(after))

    def leave(self, sandbox_id: str) -> None:
        """Remove a follower of a sandbox's journal."""
        self._followers -= Counter([sandbox_id])

    def stop(self) -> None:
        """End all tails at their next pause."""
        self.stopped = True


class Tail:
    """A follower of a journal."""

    def __init__(self, tails: JournalTails, sandbox_id: str, offset: Offset) -> None:
        self._tails = tails
        self._sandbox_id = sandbox_id
        self._offset = offset

    def close(self) -> None:
        """End the tail, so that another follower has room."""
        self._tails.leave(self._sandbox_id)

    async def news(self) -> AsyncIterator[Batch | None]:
        """Yield new exchanges as they come, and None at a heartbeat; end with the sandbox or the server.

        Each read of the journal is a use of the sandbox.
        """
        idle = 0
        while not self._tails.stopped:
            try:
                batch = await self._next()
            except SandboxNotFoundError:
                return
            idle = 0 if batch is not None else idle + 1
            if batch is not None or idle % HEARTBEAT == 0:
                yield batch
            await self._tails.pause(INTERVAL)

    async def _next(self) -> Batch | None:
        """Return a batch small enough to be kept for a slow client; None if there is no new exchange."""
        journals, sandbox_id = self._tails.journals, self._sandbox_id
        journal = await journals.raw(sandbox_id, self._offset.number - 1)
        anew = not self._offset.is_in(journal)
        offset = Offset() if anew else self._offset
        if not anew and journal.dropped <= offset.number and all(e.number <= offset.number for e in journal.exchanges):
            self._offset = offset
            return None
        reading = await journals.read(sandbox_id, Query(first=offset.number + 1), AT_ONCE, newest=False)
        self._offset = _offset_after(reading, offset)
        return Batch(anew, max(0, reading.dropped - offset.number), reading)


def _offset_after(reading: Reading, offset: Offset) -> Offset:
    if reading.exchanges:
        latest = reading.exchanges[-1]
        return Offset(latest.number, _identity(latest))
    return Offset(max(offset.number, reading.dropped))
