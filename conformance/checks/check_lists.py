"""Lists are complete, page by page, and show what is there."""

import itertools
from functools import partial
from typing import Any

import pytest

from conformance.client.client import Call
from conformance.client.contract import member
from conformance.harness.context import Key, Situation
from conformance.harness.expectations import Attempts, Expecting
from conformance.harness.operations import each
from conformance.harness.snapshots import everything, listed, pages_of, records, settled, shown_in
from conformance.model import OperationId
from conformance.results.verdicts import Exchange
from conformance.states import NotEstablishedError

pytestmark = pytest.mark.profile("audiences")

SIZES = (1, 2, 3, 5, 100, None)
ITEMS = 12
MOST_PAGES = 50
IDENTIFIED = {OperationId.LIST_JOBS: "jobId"}


def filled(situation: Situation, operation: OperationId, key: Key) -> tuple[str, set[str] | int]:
    """What is to be listed: the identifier in the path, and the identifiers in the list, or how many."""
    if operation is OperationId.LIST_PROSPECTS:
        return situation.ready(key, prospects=ITEMS).id, ITEMS
    if operation is OperationId.LIST_JOBS:
        return "", jobs(situation, key)
    return "", many(situation, key)


def jobs(situation: Situation, key: Key) -> set[str]:
    """Jobs enough for some pages, all of them in the list."""
    made = {str(situation.populated(key).job) for _ in range(4)}
    every = partial(everything, situation, OperationId.LIST_JOBS, key)
    settled(situation, lambda: made <= {str(one.get("jobId")) for one in every()[0]})
    return made


def many(situation: Situation, key: Key) -> set[str]:
    """Audiences enough for some pages, all of them in the list."""
    made = {situation.created(key).id for _ in range(ITEMS)}
    settled(situation, lambda: made <= listed(situation, OperationId.LIST_AUDIENCES, key)[0])
    return made


@each([OperationId.LIST_AUDIENCES, OperationId.LIST_PROSPECTS, OperationId.LIST_JOBS])
def check_pages_are_complete_under_every_size(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    target, wanted = filled(situation, operation, key)
    expect = Expecting(situation, operation)
    attempts, read = Attempts(), 0

    for size in SIZES:
        pages = list(itertools.islice(pages_of(situation, operation, key, target, limit=size), MOST_PAGES))
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
            expect.that("UNIQUE", "each once", seen, pages, holds=len(ids) == different)
        complete = len(ids) >= wanted if isinstance(wanted, int) else wanted <= set(ids)
        with attempts:
            expect.that("COMPLETE", f"all of {wanted}", f"{len(ids)}: {ids}", pages, holds=complete)
    attempts.conclude()
    if not read:
        message = "every size of a page was refused, or is too small for what is there"
        raise NotEstablishedError(message)


def items(page: Exchange) -> list[dict[str, Any]]:
    """The items of a page."""
    return list(records(member(page, "data", "items")))


def expect_page(expect: Expecting, page: Exchange, size: int | None, *, is_last: bool) -> None:
    """Note whether a page is no longer than was asked for, and says rightly whether there is another."""
    count = len(items(page))
    if size is not None:
        expect.that("LIMIT", f"at most {size} items", f"{count} items", [page], holds=count <= size)
    more, cursor = member(page, "data", "hasMore"), member(page, "data", "nextCursor")
    expected = "hasMore false, nextCursor null: the last page" if is_last else "hasMore true, and a nextCursor"
    holds = (more, cursor is None) == (not is_last, is_last)
    expect.that("PAGES", expected, f"hasMore {more}, nextCursor {cursor!r}", [page], holds=holds)


def check_pages_are_complete_while_items_are_deleted(situation: Situation) -> None:
    key = situation.key()
    made = many(situation, key)
    left, seen, ghosts = set(made), list[str](), list[str]()
    pages: list[Exchange] = []

    for page in pages_of(situation, OperationId.LIST_AUDIENCES, key, limit=2):
        if page.status != 200:
            message = f"pages of two items are refused: {page.status}"
            raise NotEstablishedError(message)
        pages.append(page)
        shown = [str(one.get("id")) for one in items(page)]
        ghosts += sorted(made.intersection(shown) - left)
        seen += shown
        for doomed in [*seen[-1:], *sorted(left - set(seen))[:1]]:
            pages.append(situation.do(OperationId.DELETE_AUDIENCE, key, doomed))
            left.discard(doomed)
    expect = Expecting(situation, OperationId.LIST_AUDIENCES)
    expect.that("STABLE", f"all that was not deleted: {left}", str(seen), pages, holds=left <= set(seen))
    expect.that("STABLE", "none that was deleted before", str(ghosts), pages, holds=not ghosts)
    expect.that("STABLE", "each once", str(seen), pages, holds=len(seen) == len(set(seen)))


@each([OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION])
def check_lists_show_what_is_there(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    description = f"to be listed {situation.chance.getrandbits(32):x}"
    name = f"loose {situation.chance.getrandbits(32):x}"
    loose = situation.created(key, name=name, description=description)
    nested = situation.in_folder(key)
    prepared = situation.ready(key)
    wanted = {loose.id, nested.id, prepared.id}
    expect = Expecting(situation, operation)

    at_once, finally_ = settled(situation, lambda: wanted <= listed(situation, operation, key)[0])
    shown, exchanges = listed(situation, operation, key)
    expect.that("COMPLETE", str(wanted), str(shown), exchanges, holds=finally_)
    expect.that("CONSISTENT", f"{wanted}, at once", "not at once", exchanges, holds=at_once)
    every, _ = shown_in(situation, operation, key)
    ids = [one.get("id") for one in every]
    expect.that("UNIQUE", "each once", str(ids), exchanges, holds=len(ids) == len(set(ids)))
    mine = next((one for one in every if one.get("id") == loose.id), {})
    sent = {"name": name, "description": description}
    seen = {name: mine.get(name, value) for name, value in sent.items()}
    expect.that("CURRENT", str(sent), str(seen), exchanges, holds=seen == sent)
    for one in (loose, nested):
        expect_current(situation, operation, key, one.id)


def expect_current(situation: Situation, operation: OperationId, key: Key, audience: str) -> None:
    """Note whether a change of name is seen, within two seconds."""
    updated = situation.do(OperationId.UPDATE_AUDIENCE, key, audience, {"name": "another"})
    if updated.status != 200:
        message = f"an audience could not be updated: {updated.status}"
        raise NotEstablishedError(message)

    def name() -> Any:  # noqa: ANN401  (JSON)
        every, _ = shown_in(situation, operation, key)
        return next((one.get("name", "another") for one in every if one.get("id") == audience), None)

    holds = settled(situation, lambda: name() == "another")[1]
    _, exchanges = listed(situation, operation, key)
    expect = Expecting(situation, operation)
    expect.that("CURRENT", "the name 'another'", str(name()), [updated, *exchanges], holds=holds)


def check_prospects_are_those_of_the_audience(situation: Situation) -> None:
    key = situation.key()
    full, empty = situation.ready(key, prospects=3), situation.created(key)
    call = Call(OperationId.LIST_PROSPECTS, key.token, key.group, empty.id)
    expect = Expecting(situation, OperationId.LIST_PROSPECTS)

    none = situation.client.send(call)
    expected = "no prospect: nothing was put into this audience"
    expect.that("CURRENT", expected, str(items(none))[:200], [none], holds=not items(none))

    found, exchanges = everything(situation, OperationId.LIST_PROSPECTS, key, full.id)
    expect.that("COMPLETE", "three prospects", f"{len(found)}", exchanges, holds=len(found) >= 3)
