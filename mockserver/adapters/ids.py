"""Names from a seeded source: the same seed and calls give the same names."""

import itertools
import random


class SeededIds:
    """A source of trace ids, which count up, and of secrets, which do not depend on traffic."""

    def __init__(self, seed: int | str) -> None:
        prefixes = random.Random(f"traces/{seed}")  # noqa: S311  (names in a mock, reproducible on purpose)
        self._prefix = f"{prefixes.getrandbits(56):014x}"
        self._traces = itertools.count()
        self._secrets = random.Random(f"secrets/{seed}")  # noqa: S311  (the same)

    def trace_id(self) -> str:
        """Return 24 lower-case hex digits: 14 from the seed, and a counter of 10."""
        return f"{self._prefix}{next(self._traces):010x}"

    def secret(self) -> str:
        """Return 32 lower-case hex digits."""
        return f"{self._secrets.getrandbits(128):032x}"
