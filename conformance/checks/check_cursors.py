"""Cursors: none shows what belongs to another list, and pages go on under another size and while items are created."""

from itertools import cycle, repeat

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.paged_list import PagedList, ids_on
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

SIZES = (2, 3, 1)
ITEMS, FOREIGN = 7, 3


def check_a_cursor_shows_nothing_of_another_account_group(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    context.create_audience(key)
    names = [f"of another account group {context.random.getrandbits(48):x}" for _ in range(FOREIGN)]
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
    job_ids = {str(context.populated_audience(other).job) for _ in range(FOREIGN)}
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
