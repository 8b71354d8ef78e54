"""Cursors: none shows what belongs to another list, and pages go on under another size and while items are created."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from urllib.parse import quote

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, listed, read_all_pages, records
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

LIMITS = (1, 2, 5)
SIZES = (2, 3, 1)
ITEMS, MOST_PAGES = 7, 30


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
        for limit in LIMITS:
            first = self.page(limit, None)
            cursor = json_at(first, "data", "nextCursor")
            if isinstance(cursor, str):
                return cursor, first
        raise NotEstablishedError(f"{self.operation.prefix} gives no cursor, even if pages of one item are requested")

    def follow(self, sizes: Iterable[int], cursor: str | None = None) -> list[Exchange]:
        """Read pages, each of its own size, until none follows, one is refused, or no size is left."""
        pages: list[Exchange] = []
        for limit in islice(sizes, MOST_PAGES):
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


def check_a_cursor_shows_nothing_of_another_account_group(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    context.create_audience(key)
    names = [f"of another account group {context.random.getrandbits(48):x}" for _ in LIMITS]
    ids = {context.create_audience(other, name=name).id for name in names}
    eventually(context, lambda: ids <= listed(context, operations.LIST_AUDIENCES, other)[0])
    cursor, first = PagedList(context, operations.LIST_AUDIENCES, other).cursor()

    shown = PagedList(context, operations.LIST_AUDIENCES, key).page(1, cursor)

    text = (shown.response_body or b"").decode("utf-8", "replace")
    expected, holds = "nothing of another account group", not any(name in text for name in names)
    Expectations(context).condition("AUD-LIST-SCOPE", expected, describe(shown), [first, shown], holds=holds)


def check_a_cursor_shows_no_job_of_another_account_group(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    own_ids = set(ids_on(read_all_pages(context, operations.LIST_JOBS, key)[1], "jobId"))
    job_ids = {str(context.populated_audience(other).job) for _ in LIMITS}
    eventually(context, lambda: len(read_all_pages(context, operations.LIST_JOBS, other)[0]) >= len(job_ids))
    cursor, first = PagedList(context, operations.LIST_JOBS, other).cursor()

    shown = PagedList(context, operations.LIST_JOBS, key).page(1, cursor)

    expected, holds = f"none but {own_ids}", set(ids_on([shown], "jobId")) <= own_ids
    Expectations(context).condition("JOB-LIST-SCOPE", expected, describe(shown), [first, shown], holds=holds)


def check_a_cursor_shows_no_prospects_of_another_audience(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    empty = PagedList(context, operations.LIST_PROSPECTS, key, context.create_audience(key).id)

    for owner in (key, other):
        full = context.ready_audience(owner, prospects=3)
        cursor, first = PagedList(context, operations.LIST_PROSPECTS, owner, full.id).cursor()
        shown = empty.page(1, cursor)
        expected, holds = "no prospect: nothing was put into this audience", not ids_on([shown])
        Expectations(context).condition("AUD-PROSPECTS-CURRENT", expected, describe(shown), [first, shown], holds=holds)


@for_each_operation([operations.LIST_AUDIENCES, operations.LIST_PROSPECTS])
def check_pages_go_on_under_another_size(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    if operation is operations.LIST_PROSPECTS:
        paged = PagedList(context, operation, key, context.ready_audience(key, prospects=ITEMS).id)
    else:
        paged = PagedList(context, operation, key)
        create_listed(context, key)
    wanted = paged.ids()

    pages = paged.follow(cycle(SIZES))

    if pages[-1].status != 200:
        raise NotEstablishedError(f"a page of another size is refused: {describe(pages[-1])}")
    expect_each_once(context, operation, wanted, pages)


def check_pages_go_on_while_items_are_created(context: CheckContext) -> None:
    key = context.create_key()
    paged = PagedList(context, operations.LIST_AUDIENCES, key)
    wanted = create_listed(context, key)

    pages = paged.follow([2])
    created = context.create_audience(key).id
    eventually(context, lambda: created in listed(context, operations.LIST_AUDIENCES, key)[0])
    cursor = json_at(pages[0], "data", "nextCursor")
    if not isinstance(cursor, str):
        raise NotEstablishedError(f"a page of two items gives no cursor: {describe(pages[0])}")
    pages += paged.follow(repeat(2), cursor)

    expect_each_once(context, operations.LIST_AUDIENCES, wanted, pages)


def create_listed(context: CheckContext, key: Key) -> set[str]:
    """Create audiences, and wait until all are listed."""
    ids = {context.create_audience(key).id for _ in range(ITEMS)}
    eventually(context, lambda: ids <= listed(context, operations.LIST_AUDIENCES, key)[0])
    return ids


def expect_each_once(context: CheckContext, operation: OperationSpec, wanted: set[str], pages: list[Exchange]) -> None:
    """Expect pages to show each of these items, and no item twice."""
    ids = ids_on(pages)
    expected, holds = f"each of {sorted(wanted)} once", wanted <= set(ids) and len(ids) == len(set(ids))
    prospects = operation.requirement("CONSISTENT")
    requirement_id = "AUD-LIST-STABLE" if operation is operations.LIST_AUDIENCES else prospects
    Expectations(context).condition(requirement_id, expected, str(ids), pages, holds=holds)
