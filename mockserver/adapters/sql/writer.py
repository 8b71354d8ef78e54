"""Statements of one kind, for any table: SQLAlchemy writes them, once, when a store is opened."""

from collections.abc import Iterable

from sqlalchemy import Table, and_, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement

from mockserver.adapters.sql.database import Query, prepared
from mockserver.adapters.sql.schema import (
    API_KEYS,
    AUDIENCES,
    IS_OPEN,
    JOBS,
    SANDBOXES,
)

_Insert = sqlite.Insert | postgresql.Insert


class Writer:
    """Writes statements for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def insert(self, table: Table) -> Query:
        """Add a row; the values come in the order of the columns, without `place`."""
        names = [column.name for column in table.columns if column.name != "place"]
        return prepared(self._insert(table, names), self.dialect, *names)

    def _insert(self, table: Table, names: Iterable[str]) -> _Insert:
        insert: _Insert = sqlite.insert(table) if self.dialect.name == "sqlite" else postgresql.insert(table)
        return insert.values({name: bindparam(name) for name in names})

    def put(self, table: Table) -> Query:
        """Add or replace a row by its primary key; the values come in the order of the columns."""
        names = [column.name for column in table.columns]
        rest = [name for name in names if name not in table.primary_key.columns]
        insert = self._insert(table, names)
        changes = {name: insert.excluded[name] for name in rest}
        statement = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)
        return prepared(statement, self.dialect, *names)

    def by(self, table: Table, *columns: str) -> Query:
        """The records with these values, oldest first where they have serial numbers."""
        statement = select(table.c.record).where(*_equal(table, *columns))
        if "serial" in table.c:
            statement = statement.order_by(table.c.serial)
        return prepared(statement, self.dialect, *columns)

    def drop(self, table: Table, *columns: str) -> Query:
        """Remove the rows with these values."""
        return prepared(delete(table).where(*_equal(table, *columns)), self.dialect, *columns)

    def columns(self, table: Table, key: str, *columns: str) -> Query:
        """Columns of the row with a value."""
        wanted = [table.c[name] for name in columns]
        return prepared(select(*wanted).where(table.c[key] == bindparam(key)), self.dialect, key)

    def pages(self, table: Table, *more: str) -> Query:
        """At most so many records of an account group with a serial number below another, newest first."""
        names = ("sandbox_id", "account_group_id", *more)
        statement = select(table.c.record).where(*_equal(table, *names), table.c.serial < bindparam("before"))
        statement = statement.order_by(table.c.serial.desc()).limit(bindparam("most"))
        return prepared(statement, self.dialect, *names, "before", "most")

    def open_jobs(self, column: str) -> Query:
        """The jobs whose ending is not on record, by account group or audience."""
        statement = select(JOBS.c.record).where(IS_OPEN, *_equal(JOBS, "sandbox_id", column))
        return prepared(statement.order_by(JOBS.c.serial), self.dialect, "sandbox_id", column)

    def audience(self, *, locked: bool) -> Query:
        """An audience, once for each open job on it, with that."""
        names = ("sandbox_id", "id", "account_group_id")
        statement = select(AUDIENCES.c.record, JOBS.c.record).select_from(AUDIENCES.outerjoin(JOBS, _on_it()))
        statement = statement.where(*_equal(AUDIENCES, *names)).order_by(JOBS.c.serial)
        if locked:
            statement = statement.with_for_update(of=AUDIENCES)
        return prepared(statement, self.dialect, *names)

    def look(self) -> Query:
        """A sandbox, with an audience if it is there, once for each open job on that, and that."""
        names = ("sandbox_id", "id", "account_group_id")
        wanted = and_(*_equal(AUDIENCES, *names))
        found = SANDBOXES.outerjoin(AUDIENCES, wanted).outerjoin(JOBS, _on_it())
        columns = (SANDBOXES.c.record, AUDIENCES.c.record, AUDIENCES.c.stamp, JOBS.c.record)
        statement = select(*columns).select_from(found).where(SANDBOXES.c.id == bindparam("sandbox_id"))
        return prepared(statement.order_by(JOBS.c.serial), self.dialect, *names)

    def save_audience_if(self) -> Query:
        """Change an audience unless its stamp is another by now; answers its id if it is not."""
        same = (*_equal(AUDIENCES, "sandbox_id", "id"), AUDIENCES.c.stamp == bindparam("seen"))
        statement = update(AUDIENCES).where(*same).values(record=bindparam("record"), stamp=bindparam("stamp"))
        names = ("sandbox_id", "id", "seen", "record", "stamp")
        return prepared(statement.returning(AUDIENCES.c.id), self.dialect, *names)

    def drop_audience_if(self) -> Query:
        """Remove an audience unless its stamp is another by now; answers its id if it is not."""
        same = (*_equal(AUDIENCES, "sandbox_id", "id"), AUDIENCES.c.stamp == bindparam("seen"))
        statement = delete(AUDIENCES).where(*same).returning(AUDIENCES.c.id)
        return prepared(statement, self.dialect, "sandbox_id", "id", "seen")

    def touch_audience_version(self) -> Query:
        """Give an audience another stamp, if it is there."""
        statement = update(AUDIENCES).where(*_equal(AUDIENCES, "sandbox_id", "id")).values(stamp=bindparam("stamp"))
        return prepared(statement, self.dialect, "sandbox_id", "id", "stamp")

    def save_api_key(self) -> Query:
        """Add or replace a key, and answer its token; nothing where the token belongs to another sandbox."""
        names = [column.name for column in API_KEYS.columns]
        insert = self._insert(API_KEYS, names)
        statement = insert.on_conflict_do_update(
            index_elements=[API_KEYS.c.token],
            set_={"record": insert.excluded.record},
            where=API_KEYS.c.sandbox_id == insert.excluded.sandbox_id,
        ).returning(API_KEYS.c.token)
        return prepared(statement, self.dialect, *names)

    def change(self, table: Table, key: str, *columns: str) -> Query:
        """Set columns of the rows with a value, which comes last."""
        statement = update(table).where(table.c[key] == bindparam("key"))
        return prepared(statement.values({name: bindparam(name) for name in columns}), self.dialect, *columns, "key")


def _on_it() -> ColumnElement[bool]:
    return and_(JOBS.c.sandbox_id == AUDIENCES.c.sandbox_id, JOBS.c.audience_id == AUDIENCES.c.id, IS_OPEN)


def _equal(table: Table, *columns: str) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(name) for name in columns]
