"""A table in memory: records by identifier, and in the order of their serial numbers within each account group."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


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
_FEW = 64
_SHARE = 4


class Order:
    """Identifiers by ascending serial number. What is removed leaves a gap; many gaps are closed at once.

    Adding a greatest number and removing any cost the same however many there are, on average.
    """

    def __init__(self) -> None:
        self.ids: dict[int, str] = {}
        self._serials: list[int] = []

    def put(self, serial: int, row_id: str) -> None:
        """Add an identifier; usually its number is the greatest."""
        serials = self._serials
        if not serials or serial > serials[-1]:
            serials.append(serial)
        elif serials[place := bisect_left(serials, serial)] != serial:
            serials.insert(place, serial)
        self.ids[serial] = row_id

    def remove(self, serial: int) -> None:
        """Remove an identifier, which is there."""
        del self.ids[serial]
        if len(self._serials) - len(self.ids) > _FEW + len(self.ids) // _SHARE:
            self._serials = sorted(self.ids)

    def newest_first(self, before: int | None) -> Iterator[str]:
        """The identifiers by descending serial number, those below `before` where it is given."""
        serials = self._serials
        place = len(serials) if before is None else bisect_left(serials, before)
        while place > 0:
            place -= 1
            row_id = self.ids.get(serials[place])
            if row_id is not None:
                yield row_id


class Table(Generic[R]):
    """Records of one kind."""

    def __init__(self) -> None:
        self._rows: dict[str, R] = {}
        self._orders: dict[str, Order] = {}

    def get(self, row_id: str) -> R | None:
        """The record with this identifier."""
        return self._rows.get(row_id)

    def put(self, row: R) -> R | None:
        """Add or replace a record; answers the one that it replaces."""
        old = self._rows.get(row.id)
        self._rows[row.id] = row
        if old is None:
            order = self._orders.get(row.account_group_id)
            if order is None:
                order = self._orders[row.account_group_id] = Order()
            order.put(row.serial, row.id)
        return old

    def remove(self, row_id: str) -> R | None:
        """Remove a record; answers it, or None where it was not there."""
        row = self._rows.pop(row_id, None)
        if row is not None:
            order = self._orders[row.account_group_id]
            order.remove(row.serial)
            if not order.ids:
                del self._orders[row.account_group_id]
        return row

    def newest_first(self, account_group_id: str, before: int | None = None) -> Iterator[R]:
        """The records of an account group by descending serial number, those below `before` where it is given."""
        order = self._orders.get(account_group_id)
        if order is not None:
            for row_id in order.newest_first(before):
                yield self._rows[row_id]
