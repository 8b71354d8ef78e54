"""The real clock, and one that moves when it is told."""

import time


class RealClock:
    """The machine's clock."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: int = 1_777_390_200_000) -> None:
        self._now = now

    def now(self) -> int:
        """The instant that it was last moved to, in milliseconds."""
        return self._now

    def advance(self, milliseconds: int) -> None:
        """Move it forward."""
        self._now += milliseconds


def since_1970() -> float:
    """The real time in seconds, as exactly as the machine has it."""
    return time.time_ns() / 1_000_000_000
