"""The real clock, and a manual one."""

import time


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return the milliseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when it is advanced."""

    def __init__(self, now: int = 1_777_390_200_000) -> None:
        self._now = now

    def now(self) -> int:
        """Return the current instant in milliseconds."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move the clock forward."""
        self._now += milliseconds


def since_1970() -> float:
    """Return the seconds since 1970-01-01T00:00:00Z, with the machine's resolution."""
    return time.time_ns() / 1_000_000_000
