"""A deadline that is moved often and missed rarely."""

import asyncio
from collections.abc import Callable

TICK = 0.001  # uvloop counts time in milliseconds


class Deadline:
    """Calls `missed` when its time is over. To clear it or to move it later costs no timer: the one that runs looks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, missed: Callable[[], None]) -> None:
        self.due: float | None = None
        self._loop = loop
        self._missed = missed
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Be due in so many seconds, whatever it was before."""
        self.due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self.due:
            self.stop()
            self._timer = self._loop.call_at(self.due, self._look)

    def clear(self) -> None:
        """Be never due, until it is set again."""
        self.due = None

    def stop(self) -> None:
        """Let nothing run any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self.due is None:
            return
        if self._loop.time() + TICK < self.due:
            self._timer = self._loop.call_at(self.due, self._look)
        else:
            self.due = None
            self._missed()
