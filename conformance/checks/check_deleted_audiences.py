"""The effect of a deletion everywhere: no key sees the deleted audience, and every key still sees the others."""

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
from conformance.harness.group_keys import keys_of_groups
from conformance.harness.key import Key
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import eventually, listed
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

LISTS = (operations.LIST_AUDIENCES, operations.GET_NAVIGATION)


@pytest.mark.parametrize("origin", ["prepared", "created", "in a folder", "populated before"])
def check_what_was_deleted_is_seen_nowhere(context: CheckContext, origin: str) -> None:
    key, stranger = context.create_key(), context.create_key()
    other = context.create_key(accountGroupId=key.group)
    folder = context.create_folder(key) if origin == "in a folder" else None
    name = f"doomed {context.random.getrandbits(32):x}"
    doomed = doomed_audience(context, key, origin, name, folder)
    neighbours = [
        *namesakes(context, name, key, stranger),
        (key, context.audience_in_folder(key, folder) if folder else context.ready_audience(key)),
        (stranger, context.create_audience(stranger)),
    ]
    for reader in (key, other):
        context.call(operations.GET_AUDIENCE, reader, doomed.id)
    for operation in LISTS:
        eventually(context, partial(is_listed, context, operation, key, doomed.id))

    deleted = context.delete_audience(doomed, key)

    Expectations(context).done("AUD-DELETE-DONE", deleted)
    for reader in (key, other):
        expect_gone(context, reader, doomed, deleted)
    for owner, neighbour in neighbours:
        expect_still_there(context, owner, neighbour, deleted)
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


def expect_gone(context: CheckContext, key: Key, audience: Audience, deleted: Exchange) -> None:
    """Expect every operation to refuse a deleted audience, and no list to show it after the settling time."""
    for operation in sorted(operations.GUARDED, key=lambda guarded: guarded.prefix):
        body = {"name": "still there"} if operation is operations.UPDATE_AUDIENCE else None
        if operation is operations.MOVE_TO_FOLDER:
            body = {"folderId": audience.id}
        for _ in range(context.share_of_repeats(30)):
            expect_not_found(context, context.call(operation, key, audience.id, body), deleted)
    expect = Expectations(context)
    for operation in LISTS:
        at_once, in_time = eventually(context, lambda: not is_listed(context, operation, key, audience.id))  # noqa: B023  (called at once)
        exchanges = [deleted, *listed(context, operation, key)[1]]
        expected = f"{audience.id} not in {operation.prefix}"
        expect.condition("AUD-DELETE-EFFECT", expected, "it is there", exchanges, holds=in_time)
        requirement_id, expected = operation.requirement("CONSISTENT"), f"{audience.id} gone, at once"
        expect.condition(requirement_id, expected, "it was there", exchanges, holds=at_once)


def is_listed(context: CheckContext, operation: OperationSpec, key: Key, audience_id: str) -> bool:
    """Whether the list or the navigation shows an audience."""
    return audience_id in listed(context, operation, key)[0]


def expect_still_there(context: CheckContext, key: Key, audience: Audience, deleted: Exchange) -> None:
    """Expect an audience to be read and listed after another one was deleted."""
    read_back = read_until(
        context, lambda: context.call(operations.GET_AUDIENCE, key, audience.id), lambda read: read.status == 200
    )
    Expectations(context).status("AUD-DELETE-ONLY", read_back, {200}, deleted)
    for operation in LISTS:
        expect_listed(context, operation, key, audience, deleted)


def expect_listed(
    context: CheckContext, operation: OperationSpec, key: Key, audience: Audience, deleted: Exchange
) -> None:
    """Expect a list to show an audience after another one was deleted."""
    in_time = eventually(context, partial(is_listed, context, operation, key, audience.id))[1]
    ids, exchanges = listed(context, operation, key)
    expected, evidence = f"{audience.id} is still there", [deleted, *exchanges]
    Expectations(context).condition("AUD-DELETE-ONLY", expected, str(ids), evidence, holds=in_time)


def check_what_was_deleted_is_never_seen_again(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    keys = keys_of_groups(context, acknowledged_deletions)
    for (group, audience_id), deleted in acknowledged_deletions:
        key = keys.get(group)
        if key is not None:  # else the account group went with its last key
            expect_not_found(context, context.call(operations.GET_AUDIENCE, key, audience_id), deleted)
    for group, key in keys.items():
        deleted_ids = {audience_id for (owner, audience_id), _ in acknowledged_deletions if owner == group}
        for operation in LISTS:
            expect_none_listed(context, operation, key, deleted_ids)


def expect_none_listed(context: CheckContext, operation: OperationSpec, key: Key, deleted_ids: set[str]) -> None:
    """Expect a list to show no deleted audience."""
    eventually(context, lambda: not deleted_ids & listed(context, operation, key)[0])
    ids, exchanges = listed(context, operation, key)
    returned, expected = sorted(deleted_ids & ids), f"nothing deleted in {operation.prefix}"
    Expectations(context).condition("AUD-DELETE-EFFECT", expected, str(returned), exchanges, holds=not returned)
