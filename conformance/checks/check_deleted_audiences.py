"""The effect of a deletion everywhere: no key sees the deleted audience, and every key still sees the others."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from urllib.parse import quote

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.deletions import Deletions
from conformance.harness.expectations import Expectations, describe, is_refusal
from conformance.harness.group_keys import keys_of_groups
from conformance.harness.key import Key
from conformance.harness.list_looks import look_until
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import listed
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

LISTS = (operations.LIST_AUDIENCES, operations.GET_NAVIGATION)
Neighbours = Sequence[tuple[Key, Audience]]
"""Audiences that are not deleted, each with a key that sees it."""


@pytest.mark.parametrize("origin", ["prepared", "created", "in a folder", "populated before"])
def check_what_was_deleted_is_seen_nowhere(context: CheckContext, origin: str) -> None:
    key, stranger = context.create_key(), context.create_key()
    other = context.create_key(accountGroupId=key.group)
    folder = context.create_folder(key) if origin == "in a folder" else None
    name = f"doomed {context.random.getrandbits(32):x}"
    older = context.ready_audience(key)
    doomed = doomed_audience(context, key, origin, name, folder)
    neighbours = [
        (key, older),
        *namesakes(context, name, key, stranger),
        (key, context.audience_in_folder(key, folder) if folder else context.ready_audience(key)),
        (stranger, context.create_audience(stranger)),
    ]
    for reader in (key, other):
        context.call(operations.GET_AUDIENCE, reader, doomed.id)
    look_until(context, dict.fromkeys([(key, operation) for operation in LISTS], lambda ids: doomed.id in ids), listed)

    deleted = context.delete_audience(doomed, key)

    Expectations(context).done("AUD-DELETE-DONE", deleted)
    expect_gone(context, [key, other], doomed, deleted)
    expect_lists(context, [key, other], doomed, neighbours, deleted)
    for owner, neighbour in neighbours:
        expect_still_there(context, owner, neighbour, deleted)
    if folder:
        context.call(operations.RENAME_FOLDER, key, folder, {"name": "another"})
        expect_gone(context, [key], doomed, deleted)
        expect_lists(context, [key], doomed, (), deleted)


def check_no_cursor_outlives_its_audience(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=3)
    first = context.call(operations.LIST_PROSPECTS, key, audience.id, options=RequestOptions(query="?limit=1"))
    cursor = json_at(first, "data", "nextCursor")
    if not isinstance(cursor, str):
        raise NotEstablishedError(
            "all prospects of an audience are on one page, even if pages of one item are requested"
        )

    deleted = context.delete_audience(audience, key)

    query = f"?limit=1&cursor={quote(cursor, safe='')}"
    later = context.call(operations.LIST_PROSPECTS, key, audience.id, options=RequestOptions(query=query))
    Expectations(context).done("AUD-DELETE-DONE", deleted)
    expect_not_found(context, later, first, deleted)


def check_deleting_the_last_audience_of_a_folder_leaves_the_folder(context: CheckContext) -> None:
    key = context.create_key()
    folder = context.create_folder(key)
    last, other = context.audience_in_folder(key, folder), context.create_audience(key)

    deleted = context.delete_audience(last, key)

    moved = context.call(operations.MOVE_TO_FOLDER, key, other.id, {"folderId": folder})
    expect = Expectations(context)
    expect.done("AUD-DELETE-DONE", deleted)
    expected, holds = f"another audience can be moved into the folder {folder}, as before", moved.status in SUCCESS
    expect.condition("AUD-DELETE-ONLY", expected, describe(moved), [deleted, moved], holds=holds)


def namesakes(context: CheckContext, name: str, *keys: Key) -> Iterator[tuple[Key, Audience]]:
    """Create an audience of the same name with each key; none where the target demands unique names."""
    for key in keys:
        with suppress(NotEstablishedError):
            yield key, context.create_audience(key, name=name)


def doomed_audience(context: CheckContext, key: Key, origin: str, name: str, folder: str | None) -> Audience:
    """Return an audience that is ready, by one of the ways in which audiences come into being."""
    match origin:
        case "prepared":
            return context.ready_audience(key)
        case "created":
            return context.create_audience(key, name=name)
        case "in a folder":
            return context.audience_in_folder(key, folder)
    audience = context.populated_audience(key)
    context.end_job(audience, "completed")
    return audience


def expect_not_found(context: CheckContext, later: Exchange, *before: Exchange) -> None:
    """Expect a request for a deleted audience to be refused."""
    expected, exchanges, holds = "404: it was deleted", [*before, later], is_refusal(later)
    Expectations(context).condition("AUD-DELETE-EFFECT", expected, describe(later), exchanges, holds=holds)


def expect_gone(context: CheckContext, readers: Sequence[Key], audience: Audience, deleted: Exchange) -> None:
    """Expect every operation to refuse a deleted audience, with every key."""
    sends = [
        partial(context.call, operation, key, audience.id, body_for(operation, audience))
        for key in readers
        for operation in sorted(operations.GUARDED, key=lambda guarded: guarded.prefix)
    ]
    for later in context.client.send_in_parallel(sends * context.share_of_repeats(30)):
        expect_not_found(context, later, deleted)


def body_for(operation: OperationSpec, audience: Audience) -> dict[str, str] | None:
    """Return the body of a request on a deleted audience."""
    if operation is operations.UPDATE_AUDIENCE:
        return {"name": "still there"}
    return {"folderId": audience.id} if operation is operations.MOVE_TO_FOLDER else None


def expect_lists(
    context: CheckContext, readers: Sequence[Key], audience: Audience, neighbours: Neighbours, deleted: Exchange
) -> None:
    """Expect all lists not to show a deleted audience, and to show its neighbours, after the settling time."""
    present: dict[Key, set[str]] = {reader: set() for reader in readers}
    for owner, neighbour in neighbours:
        present.setdefault(owner, set()).add(neighbour.id)
    absent = {key: {audience.id} if key.group == audience.group else set[str]() for key in present}

    def is_right(key: Key, ids: set[str]) -> bool:
        return present[key] <= ids and not absent[key] & ids

    places = {(key, operation): partial(is_right, key) for key in present for operation in LISTS}
    first, last = look_until(context, places)

    expect = Expectations(context)
    for (key, operation), (ids, exchanges) in last.items():
        evidence, gone = [deleted, *exchanges], f"{audience.id} not in {operation.prefix}"
        expect.condition("AUD-DELETE-EFFECT", gone, "it is there", evidence, holds=not absent[key] & ids)
        at_once, requirement_id = not absent[key] & first[key, operation][0], operation.requirement("CONSISTENT")
        expect.condition(requirement_id, f"{gone}, at once", "it was there", evidence, holds=at_once)
        expected, holds = f"{sorted(present[key])} are still there", present[key] <= ids
        expect.condition("AUD-DELETE-ONLY", expected, str(sorted(ids)), evidence, holds=holds)


def expect_still_there(context: CheckContext, key: Key, audience: Audience, deleted: Exchange) -> None:
    """Expect an audience to be read after another one was deleted."""
    read_back = read_until(
        context, lambda: context.call(operations.GET_AUDIENCE, key, audience.id), lambda read: read.status == 200
    )
    Expectations(context).status("AUD-DELETE-ONLY", read_back, {200}, deleted)


def check_what_was_deleted_is_never_seen_again(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    keys = keys_of_groups(context, acknowledged_deletions)  # else the account group went with its last key
    known = [(keys[path[0]], path[1], deleted) for path, deleted in acknowledged_deletions if path[0] in keys]
    reads = [partial(context.call, operations.GET_AUDIENCE, key, audience_id) for key, audience_id, _ in known]
    for later, (*_, deleted) in zip(context.client.send_in_parallel(reads), known, strict=True):
        expect_not_found(context, later, deleted)
    gone = {key: {audience_id for owner, audience_id, _ in known if owner == key} for key in keys.values()}

    def shows_none(key: Key, ids: set[str]) -> bool:
        return not gone[key] & ids

    _, last = look_until(
        context, {(key, operation): partial(shows_none, key) for key in gone for operation in LISTS}, listed
    )

    for (key, operation), (ids, exchanges) in last.items():
        returned, expected = sorted(gone[key] & ids), f"nothing deleted in {operation.prefix}"
        Expectations(context).condition("AUD-DELETE-EFFECT", expected, str(returned), exchanges, holds=not returned)
