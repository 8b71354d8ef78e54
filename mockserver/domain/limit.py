"""A rate limit is a token bucket: a request takes a token, and time brings them back evenly.

All of it is whole numbers, so that what is said of an instant is the truth. A token is worth `window` units, a
millisecond brings `requests` of them, and a bucket is described by the units that it lacks.
"""

import re
from dataclasses import dataclass

_WINDOWS = {"s": 1_000, "m": 60_000, "h": 3_600_000}
_RATE = re.compile(r"([1-9][0-9]{0,5})/([smh])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What a key has spent: the units that were lacking at an instant."""

    lacking: int = 0
    at: int = 0


FULL = Bucket()


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests in each window of so many milliseconds; as many at once, after a rest."""

    requests: int
    window: int

    @classmethod
    def parse(cls, text: str) -> "RateLimit":
        """Read a rate such as `5/s`, `60/m` or `1000/h`; ValueError if it is none."""
        found = _RATE.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a rate; write it like 5/s, 60/m or 1000/h")
        return cls(int(found[1]), _WINDOWS[found[2]])

    def __str__(self) -> str:
        unit = next(unit for unit, window in _WINDOWS.items() if window == self.window)
        return f"{self.requests}/{unit}"

    def taken(self, bucket: Bucket, now: int) -> Bucket | None:
        """The bucket after a request at `now`; None where it has no token left."""
        lacking = self._lacking_at(bucket, now) + self.window
        return Bucket(lacking, now) if lacking <= self._capacity else None

    def left(self, bucket: Bucket, now: int) -> int:
        """How many requests pass at `now`."""
        return (self._capacity - self._lacking_at(bucket, now)) // self.window

    def passes_at(self, bucket: Bucket) -> int:
        """The first instant at which a request passes again, if none comes before."""
        return bucket.at + self._time_for(bucket.lacking + self.window - self._capacity)

    def full_at(self, bucket: Bucket) -> int:
        """The first instant at which it is full again, if no request comes before."""
        return bucket.at + self._time_for(bucket.lacking)

    def _lacking_at(self, bucket: Bucket, now: int) -> int:
        return max(0, bucket.lacking - max(0, now - bucket.at) * self.requests)

    def _time_for(self, units: int) -> int:
        return max(0, -(-units // self.requests))

    @property
    def _capacity(self) -> int:
        return self.requests * self.window
