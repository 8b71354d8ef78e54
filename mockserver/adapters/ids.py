"""Names from a seeded source: the same seed and the same calls, the same names."""

import itertools
import random


class SeededIds:
    """Trace ids, which count up, and secrets, which traffic does not change."""

    def __init__(self, seed: int | str) -> None:
        chance = random.Random(f"traces/{seed}")  # noqa: S311  (names in a mock, reproducible on purpose)
        self._prefix = f"{chance.getrandbits(56):014x}"
        self._traces = itertools.count()
        self._secrets = random.Random(f"secrets/{seed}")  # noqa: S311  (the same)

    def trace_id(self) -> str:
        """24 lower-case hex digits: 14 of the seed, 10 that count."""
        return f"{self._prefix}{next(self._traces):010x}"

    def secret(self) -> str:
        """32 lower-case hex digits."""
        return f"{self._secrets.getrandbits(128):032x}"
