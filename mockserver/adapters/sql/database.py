"""The interface of a database that the store needs, and compiled statements."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ClauseElement
from sqlalchemy.engine import Dialect

Row = Sequence[Any]
Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A statement in the dialect of a database.

    Attributes:
        sql: The text.
        order: For each position of the statement, the index of its value among the given and then the fixed values.
        fixed: The values that the statement itself fixes.
        many: The text for several lists of values at once, if there is one: it takes an array for each position, and
            each of its rows begins with the place in them that the row is for, counted from 1.
    """

    sql: str
    order: tuple[int, ...]
    fixed: Values = ()
    many: str = ""

    def arrange(self, values: Values) -> Values:
        """Return the values in the order of the statement's positions."""
        available = values + self.fixed
        return tuple([available[index] for index in self.order])


def compile_query(statement: ClauseElement, dialect: Dialect, *names: str) -> Query:
    """Compile a statement.

    Args:
        statement: The statement.
        dialect: The dialect of the database.
        *names: The names of the parameters, in the order in which their values will be given.

    Raises:
        ValueError: A name is not a parameter of the statement.
    """
    compiled = statement.compile(dialect=dialect)
    positions = [str(name) for name in getattr(compiled, "positiontup", None) or ()]
    unknown = set(names) - set(positions)
    if unknown:
        raise ValueError(f"{statement} has no parameter {', '.join(sorted(unknown))}")
    fixed = [name for name in dict.fromkeys(positions) if name not in names]
    indexes = {name: index for index, name in enumerate([*names, *fixed])}
    defaults = compiled.params
    return Query(str(compiled), tuple(indexes[name] for name in positions), tuple(defaults[name] for name in fixed))


class Session(Protocol):
    """An open transaction of the database."""

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        """Run a statement, and return its rows."""

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """Run a statement once for each row."""

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:
        """Insert many rows, with values in the order of the table's columns; `query` inserts one."""

    async def run(self, sql: str) -> None:
        """Run a statement without parameters."""

    async def rollback(self) -> None:
        """Undo all changes since the beginning; the transaction goes on, and keeps its lock."""


class Database(Protocol):
    """An open database."""

    @property
    def dialect(self) -> Dialect:
        """The SQLAlchemy dialect."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """The errors of its driver."""

    def exclusive(self, name: str) -> AbstractAsyncContextManager[Session]:
        """Open a transaction that holds the lock `name`; it commits at the end of the block, or rolls back on error."""

    def read_only(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction that reads one snapshot, and does not write."""

    def read_write(self) -> AbstractAsyncContextManager[Session]:
        """Open a transaction that writes, and holds row locks only."""

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        """Run a statement as its own transaction, and return its rows."""

    async def change(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (as above)
        """Run a statement that changes one row, and return its rows; it is committed with those that wait beside it."""

    async def close(self) -> None:
        """Close the database."""
