"""A table in memory: records by identifier, and in the order of their serial numbers within each account group."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

_MIN_GAPS = 64
_GAP_SHARE = 4


class Row(Protocol):
    """A record of a table."""

    @property
    def id(self) -> str:
        """The identifier, unique in the table."""

    @property
    def serial(self) -> int:
        """The serial number that orders the records of an account group."""

    @property
    def account_group_id(self) -> str:
        """The account group of the record."""


R = TypeVar("R", bound=Row)


class Order:
    """Identifiers in ascending order of serial numbers. A removal leaves a gap; gaps are closed in batches.

    Appending a greatest number and removing any number take amortized constant time.
    """

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self._serials: list[int] = []

    def put(self, serial: int, row_id: str) -> None:
        """Add an identifier; its number is usually the greatest."""
        serials = self._serials
        if not serials or serial > serials[-1]:
            serials.append(serial)
        elif serials[index := bisect_left(serials, serial)] != serial:
            serials.insert(index, serial)
        self.ids[serial] = row_id

    def remove(self, serial: int) -> None:
        """Remove an existing identifier."""
        del self.ids[serial]
        if len(self._serials) - len(self.ids) > _MIN_GAPS + len(self.ids) // _GAP_SHARE:
            self._serials = sorted(self.ids)

    def newest_first(self, before: int | None) -> Iterator[str]:
        """Return the identifiers by descending serial number, below `before` if given."""
        if before is None:  # without a line of Python for each: a long list is collected in a fifth of the time
            return filter(None, map(self.ids.get, reversed(self._serials)))
        return self._below(before)

    def _below(self, before: int) -> Iterator[str]:
        serials = self._serials
        index = bisect_left(serials, before)
        while index > 0:
            index -= 1
            row_id = self.ids.get(serials[index])
            if row_id is not None:
                yield row_id


class Table(Generic[R]):
    """Records of one kind."""

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}
        self._orders: dict[str, Order] = {}

    def get(self, row_id: str) -> R | None:
        """Return the record with this identifier."""
        return self._rows.get(row_id)

    def put(self, row: R) -> R | None:
        """Add or replace a record, and return the previous one."""
        previous = self._rows.get(row.id)
        self._rows[row.id] = row
        if previous is None:
            order = self._orders.get(row.account_group_id)
            if order is None:
                order = self._orders[row.account_group_id] = Order()
            order.put(row.serial, row.id)
        return previous

    def remove(self, row_id: str) -> R | None:
        """Remove a record, and return it; None if there was none."""
        row = self._rows.pop(row_id, None)
        if row is not None:
            order = self._orders[row.account_group_id]
            order.remove(row.serial)
            if not order.ids:
                del self._orders[row.account_group_id]
        return row

    def newest_first(self, account_group_id: str, before: int | None = None) -> Iterator[R]:
        """Return the records of an account group by descending serial number, below `before` if given."""
        order = self._orders.get(account_group_id)
        return iter(()) if order is None else map(self._rows.__getitem__, order.newest_first(before))
