"""The share of the long tests that is run: a sample in `make test`, all of them in `make prove`."""

import os
from collections.abc import Sequence
from typing import TypeVar

PROVE = bool(os.environ.get("PROVE"))  # noqa: TID251  (a knob of the tests)
Item = TypeVar("Item")


def sample(items: Sequence[Item], share: int) -> Sequence[Item]:
    """Return one in `share` items; all of them in `make prove`."""
    return items if PROVE else items[::share]
