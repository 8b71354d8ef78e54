"""A journal in memory, which holds the newest exchanges."""

from collections import deque

from mockserver.ports import Journal
from mockserver.recording.exchange import Exchange
from mockserver.recording.stranger_share import StrangerShare


class MemoryJournal:
    """A journal of at most `limit` exchanges and `max_bytes` bytes; the oldest are dropped and counted.

    Attributes:
        size: The size of the exchanges in bytes.
        examined: The number of the last exchange that was examined for situations.
        last: The number of the last exchange.
    """

    __slots__ = ("_held", "_limit", "_max_bytes", "_strangers", "examined", "last", "size")

    def __init__(self, limit: int, max_bytes: int) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._held: deque[Exchange] = deque()
        self.size = 0
        self.examined = 0
        self.last = 0
        self._strangers = StrangerShare(limit, max_bytes)

    def append(self, exchange: Exchange, room: int) -> None:
        """Append an exchange, and set its number, unless it is a stranger's and strangers have their share.

        Args:
            exchange: The exchange.
            room: The bytes by which the journal may grow; below 0, it shrinks, to nothing if need be.
        """
        held, most = self._held, min(self._max_bytes, self.size + room)
        if exchange.token is None:
            last, taken = self.last, self.size + self._max_bytes - most
            if not self._strangers.admits(exchange.size, last - len(held) + 1, last, taken):
                return
        held.append(exchange)
        self.last = exchange.number = self.last + 1
        self.size += exchange.size
        while held and (len(held) > self._limit or self.size > most):
            self.size -= held.popleft().size

    def read(self, after: int) -> Journal:
        """Return the exchanges with a number greater than `after`."""
        exchanges = [exchange for exchange in self._held if exchange.number > after]
        return Journal(exchanges, self.last - len(self._held), self.size)

    def clear(self) -> None:
        """Drop all exchanges."""
        self._held.clear()
        self.size = 0
