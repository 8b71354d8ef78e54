"""The SQL store for an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from mockserver.adapters.sql.database import Database
from mockserver.adapters.sql.journal import Bounds
from mockserver.adapters.sql.postgres import open_postgres
from mockserver.adapters.sql.sqlite import open_sqlite
from mockserver.adapters.sql.store import SqlStore, open_sql_store
from mockserver.ports import StoreError


@asynccontextmanager
async def open_store(
    url: str, journal_limit: int, journal_bytes: int, most_connections: int = 16, *, relaxed: bool = False
) -> AsyncIterator[SqlStore]:
    """Open the store at `sqlite:///FILE` or `postgresql://...`; StoreError if it cannot be used.

    Unless it is `relaxed`, a change is on disk when it has been made.
    """
    database = await _open_database(url, most_connections, relaxed=relaxed)
    async with open_sql_store(database, Bounds(journal_limit, journal_bytes)) as store:
        yield store


async def _open_database(url: str, most_connections: int, *, relaxed: bool) -> Database:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        parts = None
    if parts is not None and parts.drivername == "sqlite" and _is_file(parts):
        return open_sqlite(str(parts.database), relaxed=relaxed)
    if parts is not None and parts.drivername in {"postgresql", "postgres"}:
        return await open_postgres(url, most_connections, relaxed=relaxed)
    raise StoreError("it is none: write memory, sqlite:///FILE or postgresql://USER@HOST/DATABASE")


def _is_file(parts: URL) -> bool:
    """Return whether an address names a file and nothing else."""
    return parts.database not in {None, "", ":memory:"} and not parts.host and not parts.query
