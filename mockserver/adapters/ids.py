"""Names from a seeded source: the same seed and the same calls, the same names."""

import random


class SeededIds:
    """Trace ids and secrets, from two streams of one seed, so that traffic does not change the secrets to come."""

    def __init__(self, seed: int) -> None:
        self._traces = random.Random(f"traces/{seed}")  # noqa: S311  (names in a mock, reproducible on purpose)
        self._secrets = random.Random(f"secrets/{seed}")  # noqa: S311  (the same)

    def trace_id(self) -> str:
        """24 lower-case hex digits."""
        return f"{self._traces.getrandbits(96):024x}"

    def secret(self) -> str:
        """32 lower-case hex digits."""
        return f"{self._secrets.getrandbits(128):032x}"
