"""The share of a journal that requests without a valid key may have, so that a client's own exchanges stay."""

from collections import deque

_PART = 4
"""A full journal has room for so many parts; the requests without a valid key may have one of them."""


class StrangerShare:
    """The exchanges of strangers in a journal of at most `limit` exchanges and `max_bytes` bytes."""

    __slots__ = ("_bytes", "_limit", "_max_bytes", "_sizes")

    def __init__(self, limit: int, max_bytes: int) -> None:
        self._limit = limit
        self._max_bytes = max_bytes
        self._sizes: deque[tuple[int, int]] = deque()
        self._bytes = 0

    def admits(self, size: int, first: int, last: int, held: int) -> bool:
        """Return whether a stranger's exchange may be appended, and note it with the next number if it may.

        It may while there is room, while strangers have less than their share, and if it takes the place of another
        stranger's. The arguments are plain numbers, as an object for them would cost 1 % of a refused request.

        Args:
            size: The size of the exchange in bytes.
            first: The first number that the journal holds.
            last: The last number that the journal holds.
            held: The size of the exchanges that the journal holds, in bytes.
        """
        sizes = self._sizes
        while sizes and sizes[0][0] < first:  # it has been dropped
            self._bytes -= sizes.popleft()[1]
        while sizes and sizes[-1][0] > last:  # the journal has begun anew
            self._bytes -= sizes.pop()[1]
        count = last - first + 1
        is_full = count >= self._limit or held + size > self._max_bytes
        if is_full and not (len(sizes) >= count or self._has_room(size) or self._replaces_first(first, size)):
            return False
        sizes.append((last + 1, size))
        self._bytes += size
        return True

    def _has_room(self, size: int) -> bool:
        return len(self._sizes) < self._limit // _PART and self._bytes + size <= self._max_bytes // _PART

    def _replaces_first(self, first: int, size: int) -> bool:
        """Return whether the oldest exchange is a stranger's, whose place is enough, and forget it if so."""
        if not self._sizes or self._sizes[0][0] != first or size > self._sizes[0][1]:
            return False
        self._bytes -= self._sizes.popleft()[1]
        return True
