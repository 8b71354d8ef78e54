"""The cores of the processes: servers on one, the client on another, if there are two."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

Cores = tuple[int, ...]


class Places(NamedTuple):
    """The cores of a confined server, of the client, and of unconfined servers; empty if cores cannot be chosen."""

    server: Cores = ()
    client: Cores = ()
    everywhere: Cores = ()


def places() -> Places:
    """Return the cores that this machine offers."""
    if not hasattr(os, "sched_getaffinity"):
        return Places()
    usable = tuple(sorted(os.sched_getaffinity(0)))
    return Places(usable[:1], usable[1:2], usable) if len(usable) > 1 else Places()


@contextmanager
def on(cores: Cores) -> Iterator[None]:
    """Run the block on these cores; processes started in it stay there."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
