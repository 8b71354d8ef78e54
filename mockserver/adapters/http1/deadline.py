"""A deadline that is often moved and rarely missed."""

import asyncio
from collections.abc import Callable

TICK = 0.001  # uvloop counts time in milliseconds


class Deadline:
    """A deadline that calls `on_missed`. Clearing or delaying it keeps the running timer, which checks the deadline."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_missed: Callable[[], None]) -> None:
        self.due: float | None = None
        self._loop = loop
        self._on_missed = on_missed
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Set the deadline to a number of seconds from now."""
        self.due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self.due:
            self.stop()
            self._timer = self._loop.call_at(self.due, self._check)

    def clear(self) -> None:
        """Clear the deadline."""
        self.due = None

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self) -> None:
        self._timer = None
        if self.due is None:
            return
        if self._loop.time() + TICK < self.due:
            self._timer = self._loop.call_at(self.due, self._check)
        else:
            self.due = None
            self._on_missed()
