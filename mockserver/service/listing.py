"""Pages of a list: newest first, without gaps or repetitions while items come and go."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mockserver.domain import cursor
from mockserver.domain.refusal import Reason, Refusal, refused


class Item(Protocol):
    """What a list needs to know of its items."""

    @property
    def serial(self) -> int:
        """The place in the order of the list; newer items have greater numbers."""


ItemT = TypeVar("ItemT", bound=Item)
Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Page(Generic[Shown]):
    """Some items of a list, and the cursor of the next page; None on the last one."""

    items: Sequence[Shown]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as one sandbox has it: `name` binds its cursors to it (and to its filter, if it has one)."""

    secret: str
    name: str
    limit: int

    def start(self, after: str | None) -> int | Refusal | None:
        """The serial number that a page begins below: None for the first page."""
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
        """Read on until the page is full, leaving out what is not shown.

        `fetch(before, limit)` answers at most `limit` items below a serial number.
        """
        items: list[ItemT] = []
        while len(items) <= self.limit:
            wanted = self.limit + 1
            batch = await fetch(before, wanted)
            items += filter(shown, batch)
            if len(batch) < wanted:
                break
            before = batch[-1].serial
        if len(items) <= self.limit:
            return Page(items, None)
        items = items[: self.limit]
        return Page(items, cursor.write(self.secret, self.name, items[-1].serial))
