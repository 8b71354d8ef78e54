"""What the store needs of a database."""

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
    """A statement in the dialect of a database. `order`: which of the values, then the fixed ones, stand where."""

    sql: str
    order: tuple[int, ...]
    fixed: Values = ()

    def arranged(self, values: Values) -> Values:
        """The values as the statement takes them."""
        every = values + self.fixed
        return tuple([every[place] for place in self.order])


def prepared(statement: ClauseElement, dialect: Dialect, *names: str) -> Query:
    """A statement whose parameters are called so, to be given in that order.

    ValueError for a name that is no parameter.
    """
    compiled = statement.compile(dialect=dialect)
    taken = [str(name) for name in getattr(compiled, "positiontup", None) or ()]
    unknown = set(names) - set(taken)
    if unknown:
        raise ValueError(f"{statement} has no parameter {', '.join(sorted(unknown))}")
    fixed = [name for name in dict.fromkeys(taken) if name not in names]
    places = {name: place for place, name in enumerate([*names, *fixed])}
    given = compiled.params
    return Query(str(compiled), tuple(places[name] for name in taken), tuple(given[name] for name in fixed))


class Session(Protocol):
    """An open transaction of the database."""

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        """What a statement answers."""

    async def execute_many(self, query: Query, rows: Sequence[Values]) -> None:
        """Run a statement once for each row."""

    async def copy_rows(self, query: Query, table: str, rows: Sequence[Values]) -> None:
        """Add many rows to a table, in the order of its columns; `query` adds one."""

    async def run(self, sql: str) -> None:
        """Run a statement without parameters."""

    async def rollback(self) -> None:
        """Undo what was done since the beginning, and go on; the lock is kept."""


class Database(Protocol):
    """A database that is open."""

    @property
    def dialect(self) -> Dialect:
        """How SQLAlchemy writes for it."""

    def alone(self, name: str) -> AbstractAsyncContextManager[Session]:
        """A transaction that holds the lock of this name: kept when the block ends, undone when it raises."""

    def reading(self) -> AbstractAsyncContextManager[Session]:
        """A transaction that sees one instant, and writes nothing."""

    def writing(self) -> AbstractAsyncContextManager[Session]:
        """A transaction that writes, and holds no lock but those of the rows."""

    async def rows(self, query: Query, *values: Any) -> Sequence[Row]:  # noqa: ANN401  (whatever the column takes)
        """What a statement answers that is a transaction of its own."""

    async def close(self) -> None:
        """Let go of it."""
