"""A journal is followed by reading on in it, again and again: nothing is kept for who follows but the place."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from mockserver.ports import Journal, SandboxNotFoundError
from mockserver.recording.exchange import Exchange
from mockserver.service.journals import Journals, Query, Reading

Pause = Callable[[float], Awaitable[None]]

INTERVAL = 0.25
HEARTBEAT = 60
AT_ONCE = 50
MOST = 8


class TooManyFollowersError(Exception):
    """As many follow the journal as may; the message says how many."""


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a journal was read: the number of the last exchange, and what tells it from others, where it was seen."""

    number: int = 0
    mark: tuple[int, float] | None = None

    def is_in(self, journal: Journal) -> bool:
        """Whether it is a place in this journal, which begins with its exchange; a reset lets numbers begin anew."""
        for one in journal.exchanges:
            if one.number == self.number:
                return self.mark is None or self.mark == _mark(one)
        return journal.dropped >= self.number


def _mark(exchange: Exchange) -> tuple[int, float]:
    return exchange.real, exchange.began


@dataclass(frozen=True, slots=True)
class Batch:
    """What is new in a journal.

    `anew`: it was emptied by a reset, and its numbers begin anew. `dropped`: how many exchanges, up to the number
    `reading.dropped`, it did not hold any more when it was their turn.
    """

    anew: bool
    dropped: int
    reading: Reading


class JournalTails:
    """Who follows journals on this server; at most `most` of them each one. `pause` waits for so many seconds.

    It is the connections of this very process that `most` bounds, and `stop` ends: neither is a matter of the store.
    """

    def __init__(self, journals: Journals, pause: Pause, most: int = MOST) -> None:
        self.journals = journals
        self.pause = pause
        self.stopped = False
        self._most = most
        self._followed: Counter[str] = Counter()

    async def follow(self, sandbox_id: str, after: int) -> "Tail":
        """Follow a journal from the first exchange with a greater number than `after`; the follower is to be closed.

        SandboxNotFoundError, JournalOffError, TooManyFollowersError.
        """
        await self.journals.glance(sandbox_id, after)
        if self._followed[sandbox_id] >= self._most:
            raise TooManyFollowersError(f"the journal of the sandbox {sandbox_id} is followed by {self._most} already")
        self._followed[sandbox_id] += 1
        return Tail(self, sandbox_id, Offset(after))

    def leave(self, sandbox_id: str) -> None:
        """Let another one follow."""
        self._followed -= Counter([sandbox_id])

    def stop(self) -> None:
        """Let everybody come to an end at the next pause."""
        self.stopped = True


class Tail:
    """One who follows a journal."""

    def __init__(self, following: JournalTails, sandbox_id: str, place: Offset) -> None:
        self._following = following
        self._sandbox_id = sandbox_id
        self._place = place

    def close(self) -> None:
        """Make room for another follower."""
        self._following.leave(self._sandbox_id)

    async def news(self) -> AsyncIterator[Batch | None]:
        """What is new, as it comes, and None now and then while nothing is; it ends with the sandbox or the server.

        Each look at the journal is a use of the sandbox.
        """
        idle = 0
        while not self._following.stopped:
            try:
                news = await self._next()
            except SandboxNotFoundError:
                return
            idle = 0 if news is not None else idle + 1
            if news is not None or idle % HEARTBEAT == 0:
                yield news
            more = news is not None and len(news.reading.exchanges) == AT_ONCE
            await self._following.pause(0 if more else INTERVAL)

    async def _next(self) -> Batch | None:
        """A part of what is new, small enough to be held for a client that reads slowly; None where nothing is."""
        journals, sandbox_id = self._following.journals, self._sandbox_id
        journal = await journals.glance(sandbox_id, self._place.number - 1)
        anew = not self._place.is_in(journal)
        place = Offset() if anew else self._place
        if not anew and journal.dropped <= place.number and all(e.number <= place.number for e in journal.exchanges):
            self._place = place
            return None
        reading = await journals.read(sandbox_id, Query(first=place.number + 1), AT_ONCE, newest=False)
        self._place = _behind(reading, place)
        return Batch(anew, max(0, reading.dropped - place.number), reading)


def _behind(reading: Reading, place: Offset) -> Offset:
    if reading.exchanges:
        latest = reading.exchanges[-1]
        return Offset(latest.number, _mark(latest))
    return Offset(max(place.number, reading.dropped))
