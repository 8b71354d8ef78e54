"""What was deleted is seen nowhere any more, by nobody, and what was not deleted everywhere."""

from collections.abc import Iterator
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
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually, listed
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

LISTS = (operations.LIST_AUDIENCES, operations.GET_NAVIGATION)


@pytest.mark.parametrize("made", ["prepared", "created", "in a folder", "populated before"])
def check_what_was_deleted_is_seen_nowhere(context: CheckContext, made: str) -> None:
    key, stranger = context.create_key(), context.create_key()
    other = context.create_key(accountGroupId=key.group)
    folder = context.create_folder(key) if made == "in a folder" else None
    name = f"doomed {context.random.getrandbits(32):x}"
    doomed = doomed_audience(context, key, made, name, folder)
    neighbours = [
        *namesakes(context, name, key, stranger),
        (key, context.audience_in_folder(key, folder) if folder else context.ready_audience(key)),
        (stranger, context.create_audience(stranger)),
    ]
    for one in (key, other):
        context.call(operations.GET_AUDIENCE, one, doomed.id)
    for operation in LISTS:
        eventually(context, partial(is_listed, context, operation, key, doomed.id))

    deleted = context.delete_audience(doomed, key)

    expect = Expectations(context, operations.DELETE_AUDIENCE)
    expect.done(deleted)
    for one in (key, other):
        expect_gone(context, one, doomed, deleted)
    for of, neighbour in neighbours:
        found = context.call(operations.GET_AUDIENCE, of, neighbour.id)
        expect.status("ONLY", found, {200}, deleted)
        for operation in LISTS:
            expect_listed(context, operation, of, neighbour, deleted)
    if folder:
        context.call(operations.RENAME_FOLDER, key, folder, {"name": "another"})
        expect_gone(context, key, doomed, deleted)


def check_no_cursor_outlives_its_audience(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=3)
    first = context.call(operations.LIST_PROSPECTS, key, audience.id, options=RequestOptions(query="?limit=1"))
    cursor = json_at(first, "data", "nextCursor")
    if not isinstance(cursor, str):
        raise NotEstablishedError(
            "the prospects of an audience are on one page, also where pages of one item are asked for"
        )

    deleted = context.delete_audience(audience, key)

    query = f"?limit=1&cursor={quote(cursor, safe='')}"
    later = context.call(operations.LIST_PROSPECTS, key, audience.id, options=RequestOptions(query=query))
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    expect.done(deleted)
    expect.expect("EFFECT", "404: it was deleted", describe(later), [first, deleted, later], holds=is_refusal(later))


def check_deleting_the_last_audience_of_a_folder_leaves_the_folder(context: CheckContext) -> None:
    key = context.create_key()
    folder = context.create_folder(key)
    last, other = context.audience_in_folder(key, folder), context.create_audience(key)

    deleted = context.delete_audience(last, key)

    moved = context.call(operations.MOVE_TO_FOLDER, key, other.id, {"folderId": folder})
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    expect.done(deleted)
    expected = f"another audience can be moved into the folder {folder}, as before"
    expect.expect("ONLY", expected, describe(moved), [deleted, moved], holds=moved.status in SUCCESS)


def namesakes(context: CheckContext, name: str, *keys: Key) -> Iterator[tuple[Key, Audience]]:
    """Audiences that are called as the doomed one is, where a name can be given; none where names are to differ."""
    for key in keys:
        with suppress(NotEstablishedError):
            yield key, context.create_audience(key, name=name)


def doomed_audience(context: CheckContext, key: Key, made: str, name: str, folder: str | None) -> Audience:
    """An audience that is ready, however it came to be."""
    match made:
        case "prepared":
            return context.ready_audience(key)
        case "created":
            return context.create_audience(key, name=name)
        case "in a folder":
            return context.audience_in_folder(key, folder)
    audience = context.populated_audience(key)
    context.end_job(audience, "completed")
    return audience


def expect_gone(context: CheckContext, key: Key, audience: Audience, deleted: Exchange) -> None:
    """Note whether a deleted audience is there for no operation, and in no list after two seconds."""
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    for operation in sorted(operations.GUARDED, key=lambda one: one.prefix):
        body = {"name": "still there"} if operation is operations.UPDATE_AUDIENCE else None
        if operation is operations.MOVE_TO_FOLDER:
            body = {"folderId": audience.id}
        for _ in range(context.share_of_repeats(30)):
            later = context.call(operation, key, audience.id, body)
            expect.expect("EFFECT", "404: it was deleted", describe(later), [deleted, later], holds=is_refusal(later))
    for operation in LISTS:
        at_once, finally_ = eventually(context, lambda: not is_listed(context, operation, key, audience.id))  # noqa: B023  (called at once)
        _, exchanges = listed(context, operation, key)
        seen = [deleted, *exchanges]
        expect.expect("EFFECT", f"{audience.id} not in {operation.prefix}", "it is there", seen, holds=finally_)
        consistent = Expectations(context, operation)
        consistent.expect("CONSISTENT", f"{audience.id} gone, at once", "it was there", seen, holds=at_once)


def is_listed(context: CheckContext, operation: OperationSpec, key: Key, audience: str) -> bool:
    """Whether the list or the navigation shows an audience."""
    return audience in listed(context, operation, key)[0]


def expect_listed(
    context: CheckContext, operation: OperationSpec, key: Key, audience: Audience, deleted: Exchange
) -> None:
    """Note whether a neighbour of what was deleted is still listed."""
    holds = eventually(context, partial(is_listed, context, operation, key, audience.id))[1]
    shown, exchanges = listed(context, operation, key)
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    expect.expect("ONLY", f"{audience.id} is still there", str(shown), [deleted, *exchanges], holds=holds)


def check_what_was_deleted_is_never_seen_again(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    keys: dict[str, Key] = {}
    for (group, audience), deleted in acknowledged_deletions:
        key = keys.get(group) or keys.setdefault(group, context.create_key(accountGroupId=group))
        later = context.call(operations.GET_AUDIENCE, key, audience)
        expect.expect("EFFECT", "404: it was deleted", describe(later), [deleted, later], holds=is_refusal(later))
    for group, key in keys.items():
        gone = {audience for (of, audience), _ in acknowledged_deletions if of == group}
        for operation in LISTS:
            expect_none_listed(context, operation, key, gone)


def expect_none_listed(context: CheckContext, operation: OperationSpec, key: Key, gone: set[str]) -> None:
    """Note whether nothing that was deleted has come back into a list."""
    eventually(context, lambda: not gone & listed(context, operation, key)[0])
    shown, exchanges = listed(context, operation, key)
    expect = Expectations(context, operations.DELETE_AUDIENCE)
    back = sorted(gone & shown)
    expect.expect("EFFECT", f"nothing deleted in {operation.prefix}", str(back), exchanges, holds=not back)
