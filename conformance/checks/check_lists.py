"""The contents of lists: complete over all pages, and current."""

import itertools
from collections.abc import Sequence
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions
from conformance.harness.group_snapshot import ABSENT
from conformance.harness.key import Key
from conformance.harness.list_looks import read_settled
from conformance.harness.parametrization import for_each_operation
from conformance.harness.read_back import expect_shown
from conformance.harness.snapshots import (
    audiences_in,
    eventually,
    follow_cursors,
    listed,
    pages_of,
    read_all_pages,
    records,
)
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

LIMITS = (1, 2, 3, 5, 100, None)
ITEMS = 12
MOST_PAGES = 50
ID_MEMBERS = {operations.LIST_JOBS: "jobId"}
"""The member with the identifier of an item, where it is not `id`."""


def fill_list(context: CheckContext, operation: OperationSpec, key: Key) -> tuple[str, set[str] | int]:
    """Create items for some pages of a list.

    Returns:
        The identifier in the path of the list, and the identifiers of the items, or their number if it is all that is
        known.
    """
    if operation is operations.LIST_PROSPECTS:
        return context.ready_audience(key, prospects=ITEMS).id, ITEMS
    if operation is operations.LIST_JOBS:
        return "", create_listed_jobs(context, key)
    return "", create_listed_audiences(context, key)


def create_listed_jobs(context: CheckContext, key: Key) -> set[str]:
    """Create jobs for some pages, and wait until all are listed."""
    ids = {str(context.populated_audience(key).job) for _ in range(4)}
    jobs = partial(read_all_pages, context, operations.LIST_JOBS, key)
    eventually(context, lambda: ids <= {str(job.get("jobId")) for job in jobs()[0]})
    return ids


def create_listed_audiences(context: CheckContext, key: Key) -> set[str]:
    """Create audiences for some pages, and wait until all are listed."""
    ids = {context.create_audience(key).id for _ in range(ITEMS)}
    eventually(context, lambda: ids <= listed(context, operations.LIST_AUDIENCES, key)[0])
    return ids


@for_each_operation([operations.LIST_AUDIENCES, operations.LIST_PROSPECTS, operations.LIST_JOBS])
def check_pages_are_complete_under_every_size(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    resource_id, wanted = fill_list(context, operation, key)
    soft = SoftAssertions()

    def read(limit: int | None) -> list[Exchange]:
        with soft:
            return list(itertools.islice(pages_of(context, operation, key, resource_id, limit=limit), MOST_PAGES))
        return []

    def is_settled(pages: list[Exchange]) -> bool:
        return not pages or pages[-1].status != 200 or shows_all(wanted, ids_on(operation, pages))

    sizes = read_settled(context, [partial(read, limit) for limit in LIMITS], is_settled)
    judged = [
        expect_pages(context, operation, wanted, pages, limit, soft)
        for limit, pages in zip(LIMITS, sizes, strict=True)
        if pages
    ]
    soft.raise_first()
    if not any(judged):
        raise NotEstablishedError("the target refused every page size, or has more items than such pages can show")


def expect_pages(  # noqa: PLR0913, PLR0917  (all that a list is compared with)
    context: CheckContext,
    operation: OperationSpec,
    wanted: set[str] | int,
    pages: list[Exchange],
    limit: int | None,
    soft: SoftAssertions,
) -> bool:
    """Expect the pages of one size to show every item once; return whether there are pages to be judged."""
    ids = ids_on(operation, pages)
    if any(page.status != 200 for page in pages):
        return False  # which sizes are allowed is not printed
    if len(pages) == MOST_PAGES and all(map(items_of, pages)) and len(ids) == len(set(ids)):
        return False  # there is more in this account group than such pages can show
    for page in pages:
        with soft:
            expect_page(context, operation, page, limit, is_last=page is pages[-1])
    with soft:
        expect_unique(context, operation, ids, pages)
    with soft:
        expect_complete(context, operation, wanted, ids, pages)
    return True


def ids_on(operation: OperationSpec, pages: Sequence[Exchange]) -> list[str]:
    """Return the identifiers of the items on pages."""
    return [str(item.get(ID_MEMBERS.get(operation, "id"))) for page in pages for item in items_of(page)]


def shows_all(wanted: set[str] | int, ids: list[str]) -> bool:
    """Return whether identifiers are all that is wanted, or as many."""
    return len(ids) >= wanted if isinstance(wanted, int) else wanted <= set(ids)


def items_of(page: Exchange) -> list[dict[str, Any]]:
    """Return the items of a page."""
    return list(records(json_at(page, "data", "items")))


def expect_page(
    context: CheckContext, operation: OperationSpec, page: Exchange, limit: int | None, *, is_last: bool
) -> None:
    """Expect a page to have at most `limit` items, and to say whether another page follows."""
    expect = Expectations(context)
    if limit is not None:
        count, requirement_id = len(items_of(page)), operation.requirement("LIMIT")
        expect.condition(requirement_id, f"at most {limit} items", f"{count} items", [page], holds=count <= limit)
    has_more, cursor = json_at(page, "data", "hasMore"), json_at(page, "data", "nextCursor")
    expected = "hasMore false, nextCursor null: the last page" if is_last else "hasMore true, and a nextCursor"
    actual = f"hasMore {has_more}, nextCursor {cursor!r}"
    holds = (has_more, cursor is None) == (not is_last, is_last)
    expect.condition(operation.requirement("PAGES"), expected, actual, [page], holds=holds)


def expect_unique(context: CheckContext, operation: OperationSpec, ids: list[str], pages: Sequence[Exchange]) -> None:
    """Expect pages to show no item twice."""
    requirement_id, different = operation.requirement("UNIQUE"), len(set(ids))
    actual, holds = f"{len(ids)} items, {different} of them different", len(ids) == different
    Expectations(context).condition(requirement_id, "each once", actual, pages, holds=holds)


def expect_complete(
    context: CheckContext, operation: OperationSpec, wanted: set[str] | int, ids: list[str], pages: Sequence[Exchange]
) -> None:
    """Expect pages to show every wanted item, or as many."""
    requirement_id = operation.requirement("COMPLETE")
    expected, actual = f"all of {wanted}", f"{len(ids)}: {ids}"
    Expectations(context).condition(requirement_id, expected, actual, pages, holds=shows_all(wanted, ids))


def check_pages_are_complete_while_items_are_deleted(context: CheckContext) -> None:
    key = context.create_key()
    created = create_listed_audiences(context, key)
    left, shown, shown_after_deletion = set(created), list[str](), list[str]()
    exchanges: list[Exchange] = []

    for page in follow_cursors(context, operations.LIST_AUDIENCES, key, limit=2):
        if page.status != 200 and not exchanges:
            raise NotEstablishedError(f"pages of two items are refused: {page.status}")
        exchanges.append(page)
        if page.status != 200:
            break  # the cursor does not outlive the audiences that were deleted since
        ids = [str(audience.get("id")) for audience in items_of(page)]
        shown_after_deletion += sorted(created.intersection(ids) - left)
        shown += ids
        for doomed in [*created.intersection(shown[-1:]), *sorted(left - set(shown))[:1]]:
            exchanges.append(context.call(operations.DELETE_AUDIENCE, key, doomed))
            left.discard(doomed)
    expect, requirement_id = Expectations(context), "AUD-LIST-STABLE"
    expected, holds = f"all that was not deleted: {left}", left <= set(shown)
    expect.condition(requirement_id, expected, str(shown), exchanges, holds=holds)
    expected, actual = "none that was deleted before", str(shown_after_deletion)
    expect.condition(requirement_id, expected, actual, exchanges, holds=not shown_after_deletion)
    expect.condition(requirement_id, "each once", str(shown), exchanges, holds=len(shown) == len(set(shown)))


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
def check_lists_show_what_is_there(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    description = f"to be listed {context.random.getrandbits(32):x}"
    sent = {"name": f"loose {context.random.getrandbits(32):x}", "description": description}
    ungrouped = context.create_audience(key, **sent)
    nested = context.audience_in_folder(key)
    prepared = context.ready_audience(key)
    wanted = {ungrouped.id, nested.id, prepared.id}
    expect = Expectations(context)

    audiences: list[dict[str, Any]] = []
    exchanges: list[Exchange] = []

    def are_shown() -> bool:
        audiences[:], exchanges[:] = audiences_in(context, operation, key)
        return wanted <= {str(audience.get("id")) for audience in audiences}

    at_once, in_time = eventually(context, are_shown)
    ids = [str(audience.get("id")) for audience in audiences]
    expect.condition(operation.requirement("COMPLETE"), str(wanted), str(ids), exchanges, holds=in_time)
    expected = f"{wanted}, at once"
    expect.condition(operation.requirement("CONSISTENT"), expected, "not at once", exchanges, holds=at_once)
    holds = len(ids) == len(set(ids))
    expect.condition(operation.requirement("UNIQUE"), "each once", str(ids), exchanges, holds=holds)
    shown = next((audience for audience in audiences if audience.get("id") == ungrouped.id), {})
    expect_shown(context, operation.requirement("CURRENT"), sent, shown, exchanges)
    for audience in (ungrouped, nested):
        expect_current(context, operation, key, audience.id)


def expect_current(context: CheckContext, operation: OperationSpec, key: Key, audience_id: str) -> None:
    """Change the name of an audience, and expect a list to show it within the settling time."""
    updated = context.call(operations.UPDATE_AUDIENCE, key, audience_id, {"name": "another"})
    if updated.status != 200:
        raise NotEstablishedError(f"an audience could not be updated: {updated.status}")
    names: list[Any] = []
    exchanges: list[Exchange] = []

    def is_current() -> bool:
        audiences, exchanges[:] = audiences_in(context, operation, key)
        names[:] = [audience.get("name", ABSENT) for audience in audiences if audience.get("id") == audience_id]
        return bool(names) and names[0] in {"another", ABSENT}

    in_time = eventually(context, is_current)[1]
    if names[:1] == [ABSENT]:
        context.ledger.blocked([operation.requirement("CURRENT")], "the member 'name' is not shown")
        return
    requirement_id, evidence = operation.requirement("CURRENT"), [updated, *exchanges]
    Expectations(context).condition(requirement_id, "the name 'another'", str(names[:1]), evidence, holds=in_time)


def check_prospects_are_those_of_the_audience(context: CheckContext) -> None:
    key = context.create_key()
    full, empty = context.ready_audience(key, prospects=3), context.create_audience(key)
    context.ready_audience(key, prospects=4)
    expect = Expectations(context)

    page = context.client.send(ApiRequest(operations.LIST_PROSPECTS, key.token, key.group, empty.id))
    expected, actual = "no prospect: nothing was put into this audience", str(items_of(page))[:200]
    expect.condition("AUD-PROSPECTS-CURRENT", expected, actual, [page], holds=not items_of(page))

    prospects, pages = read_all_pages(context, operations.LIST_PROSPECTS, key, full.id)
    actual, holds = f"{len(prospects)}", len(prospects) >= 3
    expect.condition("AUD-PROSPECTS-COMPLETE", "three prospects", actual, pages, holds=holds)
    holds = len(prospects) <= 3
    expect.condition("AUD-PROSPECTS-CURRENT", "three prospects, and none of others", actual, pages, holds=holds)
