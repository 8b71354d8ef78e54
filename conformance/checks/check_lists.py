"""Lists are complete, page by page, and show what is there."""

import itertools
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import audiences_in, eventually, listed, pages_of, read_all_pages, records
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

SIZES = (1, 2, 3, 5, 100, None)
ITEMS = 12
MOST_PAGES = 50
IDENTIFIED = {operations.LIST_JOBS: "jobId"}


def filled(context: CheckContext, operation: OperationSpec, key: Key) -> tuple[str, set[str] | int]:
    """What is to be listed: the identifier in the path, and the identifiers in the list, or how many."""
    if operation is operations.LIST_PROSPECTS:
        return context.ready_audience(key, prospects=ITEMS).id, ITEMS
    if operation is operations.LIST_JOBS:
        return "", jobs(context, key)
    return "", many(context, key)


def jobs(context: CheckContext, key: Key) -> set[str]:
    """Jobs enough for some pages, all of them in the list."""
    made = {str(context.populated_audience(key).job) for _ in range(4)}
    every = partial(read_all_pages, context, operations.LIST_JOBS, key)
    eventually(context, lambda: made <= {str(one.get("jobId")) for one in every()[0]})
    return made


def many(context: CheckContext, key: Key) -> set[str]:
    """Audiences enough for some pages, all of them in the list."""
    made = {context.create_audience(key).id for _ in range(ITEMS)}
    eventually(context, lambda: made <= listed(context, operations.LIST_AUDIENCES, key)[0])
    return made


@for_each_operation([operations.LIST_AUDIENCES, operations.LIST_PROSPECTS, operations.LIST_JOBS])
def check_pages_are_complete_under_every_size(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    target, wanted = filled(context, operation, key)
    expect = Expectations(context, operation)
    attempts, read = SoftAssertions(), 0

    for size in SIZES:
        pages = list(itertools.islice(pages_of(context, operation, key, target, limit=size), MOST_PAGES))
        ids = [str(one.get(IDENTIFIED.get(operation, "id"))) for page in pages for one in items(page)]
        if any(page.status != 200 for page in pages):
            continue  # which sizes are allowed is not printed
        if len(pages) == MOST_PAGES and all(map(items, pages)) and len(ids) == len(set(ids)):
            continue  # there is more in this account group than such pages can show
        read += 1
        for page in pages:
            with attempts:
                expect_page(expect, page, size, is_last=page is pages[-1])
        different = len(set(ids))
        seen = f"{len(ids)} items, {different} of them different"
        with attempts:
            expect.expect("UNIQUE", "each once", seen, pages, holds=len(ids) == different)
        complete = len(ids) >= wanted if isinstance(wanted, int) else wanted <= set(ids)
        with attempts:
            expect.expect("COMPLETE", f"all of {wanted}", f"{len(ids)}: {ids}", pages, holds=complete)
    attempts.raise_first()
    if not read:
        raise NotEstablishedError("every size of a page was refused, or is too small for what is there")


def items(page: Exchange) -> list[dict[str, Any]]:
    """The items of a page."""
    return list(records(json_at(page, "data", "items")))


def expect_page(expect: Expectations, page: Exchange, size: int | None, *, is_last: bool) -> None:
    """Note whether a page is no longer than was asked for, and says rightly whether there is another."""
    count = len(items(page))
    if size is not None:
        expect.expect("LIMIT", f"at most {size} items", f"{count} items", [page], holds=count <= size)
    more, cursor = json_at(page, "data", "hasMore"), json_at(page, "data", "nextCursor")
    expected = "hasMore false, nextCursor null: the last page" if is_last else "hasMore true, and a nextCursor"
    holds = (more, cursor is None) == (not is_last, is_last)
    expect.expect("PAGES", expected, f"hasMore {more}, nextCursor {cursor!r}", [page], holds=holds)


def check_pages_are_complete_while_items_are_deleted(context: CheckContext) -> None:
    key = context.create_key()
    made = many(context, key)
    left, seen, ghosts = set(made), list[str](), list[str]()
    pages: list[Exchange] = []

    for page in pages_of(context, operations.LIST_AUDIENCES, key, limit=2):
        if page.status != 200:
            raise NotEstablishedError(f"pages of two items are refused: {page.status}")
        pages.append(page)
        shown = [str(one.get("id")) for one in items(page)]
        ghosts += sorted(made.intersection(shown) - left)
        seen += shown
        for doomed in [*seen[-1:], *sorted(left - set(seen))[:1]]:
            pages.append(context.call(operations.DELETE_AUDIENCE, key, doomed))
            left.discard(doomed)
    expect = Expectations(context, operations.LIST_AUDIENCES)
    expect.expect("STABLE", f"all that was not deleted: {left}", str(seen), pages, holds=left <= set(seen))
    expect.expect("STABLE", "none that was deleted before", str(ghosts), pages, holds=not ghosts)
    expect.expect("STABLE", "each once", str(seen), pages, holds=len(seen) == len(set(seen)))


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
def check_lists_show_what_is_there(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    description = f"to be listed {context.random.getrandbits(32):x}"
    name = f"loose {context.random.getrandbits(32):x}"
    loose = context.create_audience(key, name=name, description=description)
    nested = context.audience_in_folder(key)
    prepared = context.ready_audience(key)
    wanted = {loose.id, nested.id, prepared.id}
    expect = Expectations(context, operation)

    at_once, finally_ = eventually(context, lambda: wanted <= listed(context, operation, key)[0])
    shown, exchanges = listed(context, operation, key)
    expect.expect("COMPLETE", str(wanted), str(shown), exchanges, holds=finally_)
    expect.expect("CONSISTENT", f"{wanted}, at once", "not at once", exchanges, holds=at_once)
    every, _ = audiences_in(context, operation, key)
    ids = [one.get("id") for one in every]
    expect.expect("UNIQUE", "each once", str(ids), exchanges, holds=len(ids) == len(set(ids)))
    mine = next((one for one in every if one.get("id") == loose.id), {})
    sent = {"name": name, "description": description}
    seen = {name: mine.get(name, value) for name, value in sent.items()}
    expect.expect("CURRENT", str(sent), str(seen), exchanges, holds=seen == sent)
    for one in (loose, nested):
        expect_current(context, operation, key, one.id)


def expect_current(context: CheckContext, operation: OperationSpec, key: Key, audience: str) -> None:
    """Note whether a change of name is seen, within two seconds."""
    updated = context.call(operations.UPDATE_AUDIENCE, key, audience, {"name": "another"})
    if updated.status != 200:
        raise NotEstablishedError(f"an audience could not be updated: {updated.status}")

    def name() -> Any:  # noqa: ANN401  (JSON)
        every, _ = audiences_in(context, operation, key)
        return next((one.get("name", "another") for one in every if one.get("id") == audience), None)

    holds = eventually(context, lambda: name() == "another")[1]
    _, exchanges = listed(context, operation, key)
    expect = Expectations(context, operation)
    expect.expect("CURRENT", "the name 'another'", str(name()), [updated, *exchanges], holds=holds)


def check_prospects_are_those_of_the_audience(context: CheckContext) -> None:
    key = context.create_key()
    full, empty = context.ready_audience(key, prospects=3), context.create_audience(key)
    call = ApiRequest(operations.LIST_PROSPECTS, key.token, key.group, empty.id)
    expect = Expectations(context, operations.LIST_PROSPECTS)

    none = context.client.send(call)
    expected = "no prospect: nothing was put into this audience"
    expect.expect("CURRENT", expected, str(items(none))[:200], [none], holds=not items(none))

    found, exchanges = read_all_pages(context, operations.LIST_PROSPECTS, key, full.id)
    expect.expect("COMPLETE", "three prospects", f"{len(found)}", exchanges, holds=len(found) >= 3)
