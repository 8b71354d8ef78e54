"""The deadline of a run."""

import math
import time

from conformance.states import NotEstablishedError

_CLEAN_UP = 10.0
"""Seconds that the clean-up of a run with a deadline may take."""


class Deadline:
    """A point in time after which nothing more is checked: no request is sent, and none is waited for.

    Args:
        seconds: The length of the run; None for no deadline.
        elapsed: Seconds of it that have already passed.

    Attributes:
        stopped: Whether a check was stopped by the deadline.
        is_cleaning_up: Whether the checks have ended.
    """

    def __init__(self, seconds: float | None, elapsed: float = 0) -> None:
        self._end = math.inf if seconds is None else seconds
        self._reason = f"the deadline of {seconds or 0:g} s has passed"
        self._start = time.monotonic() - elapsed
        self.stopped = False
        self.is_cleaning_up = False

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run."""
        return time.monotonic() - self._start

    @property
    def remaining(self) -> float:
        """The seconds that are left; none past the deadline, and infinity without one."""
        return max(0.0, self._end - self.elapsed)

    def raise_if_passed(self) -> None:
        """Raise NotEstablishedError if the deadline has passed."""
        if not self.remaining:
            self.stopped = self.stopped or not self.is_cleaning_up
            raise NotEstablishedError(self._reason)

    def pause(self, seconds: float) -> None:
        """Wait for some seconds; NotEstablishedError if the deadline passes meanwhile."""
        time.sleep(min(seconds, self.remaining))  # noqa: TID251  (a real pause)
        self.raise_if_passed()

    def begin_clean_up(self) -> None:
        """Let the clean-up have some seconds more."""
        self.is_cleaning_up = True
        if self._end != math.inf:
            self._end = max(self._end, self.elapsed + _CLEAN_UP)
            self._reason = f"the clean-up took more than {_CLEAN_UP:g} s"

    def hurry(self, seconds: float) -> None:
        """Let everything end in some seconds."""
        self._end = min(self._end, self.elapsed + seconds)
        self._reason = "the clean-up was interrupted"
