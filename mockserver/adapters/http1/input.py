"""The input of a connection: the control over reading, and the data that were read and not parsed."""

from uvicorn.protocols.http.flow_control import FlowControl

_MARK = b"/1."  # a part of the version, of which each head that can be accepted has one
_SHORTEST = 16  # a lower bound of the size of a head
PIECE = 131_072
"""The bytes that are parsed in a turn of the event loop: they may be 20,000 chunks of a byte, which take some time."""


class Flow(FlowControl):
    """uvicorn's flow control, which can be held: the connection is not read then, whoever resumes reading."""

    held = False

    def resume_reading(self) -> None:
        """Resume reading, unless the flow is held; each response asks for it, usually with nothing to resume."""
        if self.read_paused and not self.held:
            super().resume_reading()

    def hold(self) -> None:
        """Pause reading, and ignore requests to resume it until `held` is false."""
        self.held = True
        self.pause_reading()


class Backlog:
    """Data that are parsed piece by piece, so that the number of requests in a piece is known before it is parsed.

    Attributes:
        is_empty: Whether there are no data; an attribute, as a method costs 1 % of a request: each segment asks for it.
    """

    def __init__(self) -> None:
        self.is_empty = True
        self._data = b""
        self._start = 0

    def fits(self, data: bytes, requests: int) -> bool:
        """Return whether data are one piece of their own: the usual case, in which they need not be appended."""
        size = len(data)
        return self.is_empty and (size <= requests * _SHORTEST or (size <= PIECE and data.count(_MARK) <= requests))

    def append(self, data: bytes) -> None:
        """Append data; usually there are none before them."""
        self._data = self._data[self._start :] + data
        self._start = 0
        self.is_empty = not self._data

    def clear(self) -> None:
        """Forget the data."""
        self._data, self._start = b"", 0
        self.is_empty = True

    def take(self, requests: int) -> bytes:
        """Return the next piece, in which at most so many requests end."""
        start, data = self._start, self._data
        end = self._start = self._end(start, requests)
        if end == len(data):
            self.clear()
        return data[start:end]

    def _end(self, start: int, requests: int) -> int:
        """Return the end of the next piece: of the data, of a piece of full size, or of a mark of the last head."""
        whole = min(len(self._data), start + PIECE)
        if whole - start <= requests * _SHORTEST:
            return whole
        end = start
        for _ in range(requests):
            found = self._data.find(_MARK, end, whole)
            if found < 0:
                return whole
            end = found + len(_MARK)
        return end
