"""The point in time past which nothing more is checked."""

import time

from conformance.states import NotEstablishedError


class Deadline:
    """`seconds` from now on; never without."""

    def __init__(self, seconds: float | None, elapsed: float = 0) -> None:
        self._seconds = seconds
        self._begun = time.monotonic() - elapsed
        self.stopped = False

    @property
    def spent(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._begun

    def raise_if_passed(self, *_: object) -> None:
        """NotEstablishedError past the deadline."""
        if self._seconds is not None and self.spent >= self._seconds:
            self.stopped = True
            raise NotEstablishedError(f"the deadline of {self._seconds:g} s has passed")
