"""The schema and its versions: created whole in an empty database, migrated step by step in an older one."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from mockserver.adapters.sql.database import Database, Session
from mockserver.adapters.sql.schema import METADATA, VERSIONS
from mockserver.adapters.sql.statements import VersionStatements
from mockserver.ports import StoreError

Step = Callable[[Dialect], Sequence[str]]
"""A migration from one version to the next: the statements in a dialect."""


def _add_snapshots(dialect: Dialect) -> Sequence[str]:
    """Return the statements from version 1 to 2; the text is fixed, whatever becomes of the table later."""
    columns = "sandbox_id TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, record TEXT NOT NULL"
    rowid = " WITHOUT ROWID" if dialect.name == "sqlite" else ""
    return [f"CREATE TABLE snapshots ({columns}, PRIMARY KEY (sandbox_id, name)){rowid}"]


def _add_coverage(dialect: Dialect) -> Sequence[str]:
    """Return the statements from version 2 to 3; their text is fixed, too."""
    place = "INTEGER NOT NULL PRIMARY KEY" if dialect.name == "sqlite" else "BIGSERIAL NOT NULL PRIMARY KEY"
    return [
        "ALTER TABLE journals ADD COLUMN run TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE journals ADD COLUMN counts TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE journals ADD COLUMN examined BIGINT NOT NULL DEFAULT 0",
        f"CREATE TABLE removed_counts (place {place}, run TEXT NOT NULL, counts TEXT NOT NULL)",
        "CREATE INDEX ix_removed_counts_run ON removed_counts (run)",
    ]


STEPS: tuple[Step, ...] = (_add_snapshots, _add_coverage)
"""The migrations from version 1 to 2, from 2 to 3, and so on; `schema` has the tables of the newest version."""

_LITERAL: Any = {"compile_kwargs": {"literal_binds": True}}
_LOCK = "the schema of audience-mock"


async def migrate(database: Database, steps: Sequence[Step] = STEPS) -> None:
    """Migrate the schema to the newest version in one transaction.

    Raises:
        StoreError: The version is unknown, or the tables are damaged, or not those of this server.
    """
    try:
        async with database.exclusive(_LOCK) as session:
            await _migrate_in(session, database.dialect, steps)
            for table in METADATA.sorted_tables:  # a table of another tool, or a damaged one, cannot be read like this
                await session.run(str(select(table).limit(0).compile(dialect=database.dialect, **_LITERAL)))
    except database.errors as error:
        reason = " ".join(str(error).split())
        raise StoreError(f"it is damaged, or its tables are not those of audience-mock: {reason}") from None


async def _migrate_in(session: Session, dialect: Dialect, steps: Sequence[Step]) -> None:
    newest, statements = len(steps) + 1, VersionStatements(dialect)
    await session.run(str(CreateTable(VERSIONS, if_not_exists=True).compile(dialect=dialect)))
    version = (await session.rows(statements.version))[0][0]
    if version is not None and version > newest:
        raise StoreError(
            f"its schema has version {version}, and this audience-mock knows {newest}: "
            "use a newer audience-mock, or another database"
        )
    changes = (
        _all_tables(dialect) if version is None else [sql for step in steps[version - 1 :] for sql in step(dialect)]
    )
    for sql in changes:
        await session.run(sql)
    if version != newest:
        await session.rows(statements.note, newest)


def _all_tables(dialect: Dialect) -> Sequence[str]:
    tables = [table for table in METADATA.sorted_tables if table is not VERSIONS]
    table_statements = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    indexes = [index for table in tables for index in table.indexes]
    return [*table_statements, *(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)]
