"""Statements for any table, compiled with SQLAlchemy once, when a store is opened."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, delete, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement

from mockserver.adapters.sql.database import Query, compile_query
from mockserver.adapters.sql.many import change_many, select_many
from mockserver.adapters.sql.schema import (
    API_KEYS,
    AUDIENCES,
    IS_OPEN,
    JOBS,
    SANDBOXES,
)

_Insert = sqlite.Insert | postgresql.Insert


class Writer:
    """A compiler of statements for one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def insert(self, table: Table) -> Query:
        """Insert a row; values in the order of the columns, without `place`."""
        names = [column.name for column in table.columns if column.name != "place"]
        return compile_query(self._insert(table, names), self.dialect, *names)

    def _insert(self, table: Table, names: Iterable[str]) -> _Insert:
        insert: _Insert = sqlite.insert(table) if self.dialect.name == "sqlite" else postgresql.insert(table)
        return insert.values({name: bindparam(name) for name in names})

    def upsert(self, table: Table) -> Query:
        """Insert or replace a row by its primary key; values in the order of the columns."""
        names = [column.name for column in table.columns]
        insert = self._insert(table, names)
        changes = {name: insert.excluded[name] for name in names if name not in table.primary_key.columns}
        statement = insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)
        return compile_query(statement, self.dialect, *names)

    def select(self, table: Table, *columns: str) -> Query:
        """Select the records with these values, oldest first if they have serial numbers."""
        statement = select(table.c.record).where(*_equal(table, *columns))
        if "serial" in table.c:
            statement = statement.order_by(table.c.serial)
        return compile_query(statement, self.dialect, *columns)

    def select_in_group(self, table: Table) -> Query:
        """Select the record with an id if it is in an account group."""
        statement = select(table.c.record).where(*_is_in_group(table))
        return compile_query(statement, self.dialect, "sandbox_id", "id", "account_group_id")

    def delete(self, table: Table, *columns: str) -> Query:
        """Delete the rows with these values."""
        return compile_query(delete(table).where(*_equal(table, *columns)), self.dialect, *columns)

    def select_columns(self, table: Table, key: str, *columns: str) -> Query:
        """Select columns of the row with a value."""
        selected = [table.c[name] for name in columns]
        return compile_query(select(*selected).where(table.c[key] == bindparam(key)), self.dialect, key)

    def select_page(self, table: Table, *more: str) -> Query:
        """Select at most `most` records of an account group with a serial number below `before`, newest first."""
        names = ("sandbox_id", "account_group_id", *more)
        statement = select(table.c.record).where(*_equal(table, *names), table.c.serial < bindparam("before"))
        statement = statement.order_by(table.c.serial.desc()).limit(bindparam("most"))
        return compile_query(statement, self.dialect, *names, "before", "most")

    def select_open_jobs(self, column: str) -> Query:
        """Select the jobs without a recorded end, by account group or audience."""
        statement = select(JOBS.c.record).where(IS_OPEN, *_equal(JOBS, "sandbox_id", column))
        return compile_query(statement.order_by(JOBS.c.serial), self.dialect, "sandbox_id", column)

    def select_audience(self, *, locked: bool) -> Query:
        """Select an audience, with a row for each of its open jobs."""
        names = ("sandbox_id", "id", "account_group_id")
        statement = select(AUDIENCES.c.record, JOBS.c.record).select_from(AUDIENCES.outerjoin(JOBS, _joined_open_job()))
        statement = statement.where(*_is_in_group(AUDIENCES)).order_by(JOBS.c.serial)
        if locked:
            statement = statement.with_for_update(of=AUDIENCES)
        return compile_query(statement, self.dialect, *names)

    def select_sandbox_with_audience(self) -> Query:
        """Select a sandbox and an audience, if it exists, with a row for each of its open jobs."""
        names = ("sandbox_id", "id", "account_group_id")
        tables = SANDBOXES.outerjoin(AUDIENCES, and_(*_is_in_group(AUDIENCES))).outerjoin(JOBS, _joined_open_job())
        columns = (SANDBOXES.c.record, AUDIENCES.c.record, AUDIENCES.c.stamp, JOBS.c.record)
        statement = select(*columns).select_from(tables).where(SANDBOXES.c.id == bindparam("sandbox_id"))
        return self.select_many(statement.order_by(JOBS.c.serial), *names)

    def select_many(self, statement: Select[Any], *names: str) -> Query:
        """Compile a statement with values of type text, in PostgreSQL also for several lists of values."""
        query = compile_query(statement, self.dialect, *names)
        return replace(query, many=select_many(query.sql, len(query.order))) if self._is_grouping else query

    @property
    def _is_grouping(self) -> bool:
        """Return whether several statements can be one, which saves round trips; SQLite has none."""
        return self.dialect.name == "postgresql"

    def save_audience_if(self) -> Query:
        """Update an audience of the expected version, and return its id; no row if the version has changed."""
        unchanged = (*_equal(AUDIENCES, "sandbox_id", "id"), AUDIENCES.c.stamp == bindparam("expected"))
        statement = update(AUDIENCES).where(*unchanged).values(record=bindparam("record"), stamp=bindparam("stamp"))
        names = ("sandbox_id", "id", "expected", "record", "stamp")
        query = compile_query(statement.returning(AUDIENCES.c.id), self.dialect, *names)
        return self._change_many(query, "UPDATE audiences SET record = asked.record, stamp = asked.stamp FROM", *names)

    def _change_many(self, query: Query, verb: str, *names: str) -> Query:
        if not self._is_grouping:
            return query
        return Query("", tuple(range(len(names))), many=change_many(verb, *names))

    def delete_audience_if(self) -> Query:
        """Delete an audience of the expected version, and return its id; no row if the version has changed."""
        unchanged = (*_equal(AUDIENCES, "sandbox_id", "id"), AUDIENCES.c.stamp == bindparam("expected"))
        statement = delete(AUDIENCES).where(*unchanged).returning(AUDIENCES.c.id)
        names = ("sandbox_id", "id", "expected")
        return self._change_many(compile_query(statement, self.dialect, *names), "DELETE FROM audiences USING", *names)

    def touch_audience_version(self) -> Query:
        """Set the version of an audience, if it exists."""
        statement = update(AUDIENCES).where(*_equal(AUDIENCES, "sandbox_id", "id")).values(stamp=bindparam("stamp"))
        return compile_query(statement, self.dialect, "sandbox_id", "id", "stamp")

    def save_api_key(self) -> Query:
        """Insert or replace a key, and return its token; no row if the token belongs to another sandbox."""
        names = [column.name for column in API_KEYS.columns]
        insert = self._insert(API_KEYS, names)
        statement = insert.on_conflict_do_update(
            index_elements=[API_KEYS.c.token],
            set_={"record": insert.excluded.record},
            where=API_KEYS.c.sandbox_id == insert.excluded.sandbox_id,
        ).returning(API_KEYS.c.token)
        return compile_query(statement, self.dialect, *names)

    def update(self, table: Table, key: str, *columns: str) -> Query:
        """Update columns of the rows with a value, which comes last."""
        statement = update(table).where(table.c[key] == bindparam("key"))
        return compile_query(
            statement.values({name: bindparam(name) for name in columns}), self.dialect, *columns, "key"
        )


def _joined_open_job() -> ColumnElement[bool]:
    return and_(JOBS.c.sandbox_id == AUDIENCES.c.sandbox_id, JOBS.c.audience_id == AUDIENCES.c.id, IS_OPEN)


def _is_in_group(table: Table) -> list[ColumnElement[bool]]:
    """Compare sandbox and id by the primary key, and the account group of the one row that this finds.

    The concatenation keeps PostgreSQL from the index of the account groups: before it has statistics, that index looks
    as good as the primary key, and every request would read all audiences of the account group.
    """
    in_group = table.c.account_group_id.concat(literal_column("''")) == bindparam("account_group_id")
    return [*_equal(table, "sandbox_id", "id"), in_group]


def _equal(table: Table, *columns: str) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(name) for name in columns]
