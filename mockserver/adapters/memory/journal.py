"""A journal in memory, which holds the newest exchanges."""

from collections import deque

from mockserver.ports import Journal
from mockserver.recording.exchange import Exchange
from mockserver.recording.stranger_share import StrangerShare


class MemoryJournal:
    """A journal of at most `limit` exchanges and `max_bytes` bytes; the oldest are dropped and counted."""

    __slots__ = ("_bytes", "_held", "_last", "_limit", "_max_bytes", "_strangers")

    def __init__(self, limit: int, max_bytes: int) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._held: deque[Exchange] = deque()
        self._bytes = 0
        self._last = 0
        self._strangers = StrangerShare(limit, max_bytes)

    def append(self, exchange: Exchange) -> None:
        """Append an exchange, and set its number, unless it is a stranger's and strangers have their share."""
        held = self._held
        if exchange.token is None:
            last = self._last
            if not self._strangers.admits(exchange.size, last - len(held) + 1, last, self._bytes):
                return
        held.append(exchange)
        self._last = exchange.number = self._last + 1
        self._bytes += exchange.size
        while len(held) > self._limit or self._bytes > self._max_bytes:
            self._bytes -= held.popleft().size

    def read(self, after: int) -> Journal:
        """Return the exchanges with a number greater than `after`."""
        exchanges = [exchange for exchange in self._held if exchange.number > after]
        return Journal(exchanges, self._last - len(self._held), self._bytes)

    def clear(self) -> None:
        """Drop all exchanges."""
        self._held.clear()
        self._bytes = 0
