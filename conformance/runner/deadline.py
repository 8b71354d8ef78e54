"""The deadline of a run."""

import time

from conformance.states import NotEstablishedError


class Deadline:
    """A point in time after which nothing more is checked.

    Args:
        seconds: The length of the run; None for no deadline.
        elapsed: Seconds of it that have already passed.

    Attributes:
        stopped: Whether anything was stopped by the deadline.
    """

    def __init__(self, seconds: float | None, elapsed: float = 0) -> None:
        self._seconds = seconds
        self._start = time.monotonic() - elapsed
        self.stopped = False

    @property
    def elapsed(self) -> float:
        """Seconds since the start of the run."""
        return time.monotonic() - self._start

    def raise_if_passed(self, *_: object) -> None:
        """Raise NotEstablishedError if the deadline has passed."""
        if self._seconds is not None and self.elapsed >= self._seconds:
            self.stopped = True
            raise NotEstablishedError(f"the deadline of {self._seconds:g} s has passed")
