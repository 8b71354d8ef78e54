"""A journal in memory: the newest exchanges, as many as it may hold."""

from collections import deque

from mockserver.domain.exchange import Exchange
from mockserver.ports import Journal


class Ring:
    """Holds at most `limit` exchanges, and no more than `max_bytes` of them; older ones make room, and are counted."""

    __slots__ = ("_bytes", "_held", "_last", "_limit", "_max_bytes")

    def __init__(self, limit: int, max_bytes: int) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._held: deque[Exchange] = deque()
        self._bytes = 0
        self._last = 0

    def append(self, exchange: Exchange) -> None:
        """Add an exchange."""
        self._held.append(exchange)
        self._last += 1
        self._bytes += exchange.size
        while len(self._held) > self._limit or self._bytes > self._max_bytes:
            self._bytes -= self._held.popleft().size

    def read(self, after: int) -> Journal:
        """Those with a greater number than `after`, each with its number."""
        dropped = self._last - len(self._held)
        skipped = max(0, after - dropped)
        shown = [
            exchange._replace(number=dropped + place) for place, exchange in enumerate(self._held, 1) if place > skipped
        ]
        return Journal(shown, dropped, self._bytes)

    def clear(self) -> None:
        """Drop all."""
        self._held.clear()
        self._bytes = 0
