"""A list that is read page by page, each page of any size and with any cursor."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.snapshots import read_all_pages, records
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

_LIMITS = (1, 2, 5)
_MOST_PAGES = 30


@dataclass(frozen=True)
class PagedList:
    """A list that is read page by page."""

    context: CheckContext
    operation: OperationSpec
    key: Key
    resource_id: str = ""

    def page(self, limit: int, cursor: str | None) -> Exchange:
        """Read one page."""
        following = "" if cursor is None else f"&cursor={quote(cursor, safe='')}"
        options = RequestOptions(query=f"?limit={limit}{following}")
        return self.context.call(self.operation, self.key, self.resource_id, options=options)

    def cursor(self) -> tuple[str, Exchange]:
        """Return the cursor of the second page, and the exchange that gives it."""
        for limit in _LIMITS:
            first = self.page(limit, None)
            cursor = json_at(first, "data", "nextCursor")
            if isinstance(cursor, str):
                return cursor, first
        raise NotEstablishedError(f"{self.operation.prefix} gives no cursor, even if pages of one item are requested")

    def follow(self, sizes: Iterable[int], cursor: str | None = None) -> list[Exchange]:
        """Read pages, each of its own size, until none follows, one is refused, or no size is left."""
        pages: list[Exchange] = []
        for limit in islice(sizes, _MOST_PAGES):
            pages.append(self.page(limit, cursor))
            cursor = json_at(pages[-1], "data", "nextCursor")
            if not isinstance(cursor, str):
                break
        return pages

    def ids(self) -> set[str]:
        """Return the identifiers of all items."""
        return set(ids_on(read_all_pages(self.context, self.operation, self.key, self.resource_id)[1]))


def ids_on(pages: Iterable[Exchange], member: str = "id") -> list[str]:
    """Return the identifiers of the items on pages."""
    return [str(item.get(member)) for shown in pages for item in records(json_at(shown, "data", "items"))]
