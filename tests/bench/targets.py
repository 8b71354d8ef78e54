"""The kinds of measured servers."""

import sys
from dataclasses import dataclass

from tests.bench.requests import DELETES, PATHS

SERVE = (sys.executable, "-m", "mockserver", "serve", "--log-format", "none")
EVERY_PATH = frozenset(PATHS)


@dataclass(frozen=True)
class Target:
    """A kind of server.

    Attributes:
        command: the command that starts the server, before `--port`.
        remembers: whether the server takes a seed file, can be reset and refuses; others respond to each delete alike.
        confined: whether the server runs on one core; otherwise it and the processes that it needs use all cores.
        warm_up: seconds of load before the first measurement, because node compiles frequently used code.
        store: the kind of store of one of our servers.
        database: the process of the database server behind it.
    """

    name: str
    command: tuple[str, ...]
    remembers: bool = True
    paths: frozenset[str] = EVERY_PATH
    confined: bool = True
    warm_up: float = 0.5
    store: str | None = None
    database: int | None = None


BARE = Target("bare", (sys.executable, "-m", "tests.bench.bare"), remembers=False)
STOCK = Target("stock", (sys.executable, "-m", "tests.bench.stock"))
OURS = Target("ours", SERVE, store="memory")
NO_JOURNAL = Target("no journal", (*SERVE, "--journal-limit", "0"), store="memory")
OPENAPI_BACKEND = "openapi-backend"
PRISM = "prism"


def peer(name: str, *command: str) -> Target:
    """Return a server of others, which serves the contract by its examples or its handler."""
    return Target(name, command, remembers=False, paths=frozenset({DELETES}), warm_up=4.0)


def stored(store: str, workers: int, url: str, database: int | None = None) -> Target:
    """Return our server with its state in a database."""
    command = (*SERVE, "--store", url, "--workers", str(workers))
    return Target(replicated(store, workers), command, confined=False, store=store, database=database)


def replicated(store: str, workers: int) -> str:
    """Return the name of our server with a store and a number of workers."""
    return store if workers == 1 else f"{store} x{workers}"
