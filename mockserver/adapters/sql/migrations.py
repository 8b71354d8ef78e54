"""The schema and its versions: created whole in an empty database, migrated step by step in an older one."""

from collections.abc import Callable, Sequence

from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from mockserver.adapters.sql.database import Database
from mockserver.adapters.sql.schema import METADATA, VERSIONS
from mockserver.adapters.sql.statements import VersionStatements
from mockserver.ports import StoreError

Step = Callable[[Dialect], Sequence[str]]
"""A migration from one version to the next: the statements in a dialect."""

STEPS: tuple[Step, ...] = ()
"""The migrations from version 1 to 2, from 2 to 3, and so on; `schema` has the tables of the newest version."""

_LOCK = "the schema of audience-mock"


async def migrate(database: Database, steps: Sequence[Step] = STEPS) -> None:
    """Migrate the schema to the newest version in one transaction; StoreError if its version is unknown."""
    dialect, newest = database.dialect, len(steps) + 1
    statements = VersionStatements(dialect)
    async with database.exclusive(_LOCK) as session:
        await session.run(str(CreateTable(VERSIONS, if_not_exists=True).compile(dialect=dialect)))
        version = (await session.rows(statements.version))[0][0]
        if version is not None and version > newest:
            raise StoreError(
                f"its schema has version {version}, and this audience-mock knows {newest}: "
                "use a newer audience-mock, or another database"
            )
        if version is None:
            changes = _all_tables(dialect)
        else:
            changes = [sql for step in steps[version - 1 :] for sql in step(dialect)]
        for sql in changes:
            await session.run(sql)
        if version != newest:
            await session.rows(statements.note, newest)


def _all_tables(dialect: Dialect) -> Sequence[str]:
    tables = [table for table in METADATA.sorted_tables if table is not VERSIONS]
    table_statements = [str(CreateTable(table).compile(dialect=dialect)) for table in tables]
    indexes = [index for table in tables for index in table.indexes]
    return [*table_statements, *(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)]
