"""A table in memory: records by identifier, and in the order of their serial numbers within each account group."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from sortedcontainers import SortedDict


class Row(Protocol):
    """What a table needs to know of a record."""

    @property
    def id(self) -> str:
        """Its identifier, unique in the table."""

    @property
    def serial(self) -> int:
        """Its place in the order of its account group."""

    @property
    def account_group_id(self) -> str:
        """The account group that it belongs to."""


R = TypeVar("R", bound=Row)


class Table(Generic[R]):
    """Records of one kind. Finding, adding and removing one costs the same however many there are, to a logarithm."""

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}
        self._order: dict[str, SortedDict] = {}

    def get(self, row_id: str) -> R | None:
        """The record with this identifier."""
        return self._rows.get(row_id)

    def put(self, row: R) -> R | None:
        """Add or replace a record; answers the one that it replaces."""
        old = self._rows.get(row.id)
        self._rows[row.id] = row
        if old is None:
            order = self._order.get(row.account_group_id)
            if order is None:
                order = self._order[row.account_group_id] = SortedDict()
            order[row.serial] = row.id
        return old

    def remove(self, row_id: str) -> R | None:
        """Remove a record; answers it, or None where it was not there."""
        row = self._rows.pop(row_id, None)
        if row is not None:
            order = self._order[row.account_group_id]
            del order[row.serial]
            if not order:
                del self._order[row.account_group_id]
        return row

    def newest_first(self, account_group_id: str, before: int | None = None) -> Iterator[R]:
        """The records of an account group by descending serial number, those below `before` where it is given."""
        order = self._order.get(account_group_id)
        if order is not None:
            for serial in order.irange(maximum=before, inclusive=(True, False), reverse=True):
                yield self._rows[order[serial]]
