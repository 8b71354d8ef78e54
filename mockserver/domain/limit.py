"""Rate limits as token buckets: a request takes a token, and tokens return evenly over time.

All numbers are whole, so that reported instants are exact. A token is worth `window` units, a millisecond returns
`requests` units, and the state of a bucket is the number of units that it lacks.
"""

import re
from dataclasses import dataclass

_WINDOWS = {"s": 1_000, "m": 60_000, "h": 3_600_000}
_RATE = re.compile(r"([1-9][0-9]{0,5})/([smh])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The state of a key's bucket: the units `lacking` at the instant `at`."""

    lacking: int = 0
    at: int = 0


FULL = Bucket()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit of `requests` per `window` milliseconds; a full bucket allows all of them at once."""

    requests: int
    window: int

    @classmethod
    def parse(cls, text: str) -> "RateLimit":
        """Parse a rate such as `5/s`, `60/m` or `1000/h`.

        Raises:
            ValueError: The text is not a rate.
        """
        match = _RATE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not a rate; write it like 5/s, 60/m or 1000/h")
        return cls(int(match[1]), _WINDOWS[match[2]])

    def __str__(self) -> str:
        unit = next(unit for unit, window in _WINDOWS.items() if window == self.window)
        return f"{self.requests}/{unit}"

    def taken(self, bucket: Bucket, now: int) -> Bucket | None:
        """Return the bucket after a request at `now`; None if no token is left."""
        lacking = self._lacking_at(bucket, now) + self.window
        return Bucket(lacking, now) if lacking <= self._capacity else None

    def left(self, bucket: Bucket, now: int) -> int:
        """Return how many requests pass at `now`."""
        return (self._capacity - self._lacking_at(bucket, now)) // self.window

    def passes_at(self, bucket: Bucket) -> int:
        """Return the first instant at which a request passes, if no request comes before."""
        return bucket.at + self._time_for(bucket.lacking + self.window - self._capacity)

    def full_at(self, bucket: Bucket) -> int:
        """Return the first instant at which the bucket is full, if no request comes before."""
        return bucket.at + self._time_for(bucket.lacking)

    def _lacking_at(self, bucket: Bucket, now: int) -> int:
        return max(0, bucket.lacking - max(0, now - bucket.at) * self.requests)

    def _time_for(self, units: int) -> int:
        return max(0, -(-units // self.requests))

    @property
    def _capacity(self) -> int:
        return self.requests * self.window
