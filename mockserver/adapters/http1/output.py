"""The output of a connection, which is aborted if its client takes no data."""

import asyncio

_CHECKS = 4  # in the time that a client has: the abort comes at most a quarter late


class Output:
    """The data written to a transport, and a timer that runs while some of them wait to be sent.

    The timer compares the bytes that were taken since its last check, so that a slow client has all the time it needs.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, timeout: float) -> None:
        self._transport = transport
        self._loop = loop
        self._interval = timeout / _CHECKS
        self._timer: asyncio.TimerHandle | None = None
        self._written = 0
        self._taken = 0
        self._idle_checks = 0

    def write(self, data: bytes | memoryview) -> None:
        """Write data, and watch whether the client takes them."""
        self._transport.write(data)
        self._written += len(data)
        if self._timer is None:
            self._timer = self._loop.call_later(self._interval, self._check)

    def stop(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        waiting = self._transport.get_write_buffer_size()
        taken = self._written - waiting
        self._idle_checks = self._idle_checks + 1 if waiting and taken == self._taken else 0
        self._taken = taken
        if self._idle_checks == _CHECKS:
            self._transport.abort()
        elif waiting:
            self._timer = self._loop.call_later(self._interval, self._check)
