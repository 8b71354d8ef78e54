"""Pages of a list, newest first, without gaps or repetitions while items are added and removed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mockserver.domain import cursor
from mockserver.domain.refusal import Reason, Refusal, refused


class Item(Protocol):
    """An item of a list."""

    @property
    def serial(self) -> int:
        """The serial number that orders the list; newer items have greater numbers."""


ItemT = TypeVar("ItemT", bound=Item)
ShownT = TypeVar("ShownT")


@dataclass(frozen=True, slots=True)
class Page(Generic[ShownT]):
    """A page of a list, and the cursor of the next page; None on the last page."""

    items: Sequence[ShownT]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a sandbox.

    Attributes:
        secret: The sandbox's secret.
        name: The name, with the filter if there is one, that binds cursors to the list.
        limit: The maximum number of items on a page.
    """

    secret: str
    name: str
    limit: int

    def start(self, after: str | None) -> int | Refusal | None:
        """Return the serial number below which a page begins, None for the first page, or a refusal of the cursor."""
        if after is None:
            return None
        serial = cursor.read(self.secret, self.name, after)
        if serial is None:
            return refused(
                Reason.INVALID_REQUEST,
                "Request validation failed: the cursor is not one that this list has given out.",
                "Pass nextCursor of the previous page as it came, or no cursor for the first page.",
                **{"rule": "cursor", "in": "query", "name": "cursor"},
            )
        return serial

    async def page(
        self,
        before: int | None,
        fetch: Callable[[int | None, int], Awaitable[Sequence[ItemT]]],
        shown: Callable[[ItemT], bool],
    ) -> Page[ItemT]:
        """Read items until the page is full, and leave out those that are not shown.

        Args:
            before: The serial number below which the page begins; None for the first page.
            fetch: A function of a serial number and a limit that returns the next items, at most as many as the limit.
            shown: Whether an item is shown.
        """
        items: list[ItemT] = []
        while len(items) <= self.limit:
            batch_size = self.limit + 1
            batch = await fetch(before, batch_size)
            items += filter(shown, batch)
            if len(batch) < batch_size:
                break
            before = batch[-1].serial
        if len(items) <= self.limit:
            return Page(items, None)
        items = items[: self.limit]
        return Page(items, cursor.write(self.secret, self.name, items[-1].serial))
