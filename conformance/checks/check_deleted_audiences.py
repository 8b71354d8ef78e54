"""What was deleted is seen nowhere any more, by nobody, and what was not deleted everywhere."""

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from urllib.parse import quote

import pytest

from conformance.client.client import Extras
from conformance.client.contract import member
from conformance.client.deletions import Deletions
from conformance.harness.context import Audience, Key, Situation
from conformance.harness.expectations import Expecting, described, is_refusal
from conformance.harness.snapshots import listed, settled
from conformance.model import OperationId
from conformance.model.operation import ON_AUDIENCE
from conformance.results.verdicts import SUCCESS, Exchange
from conformance.states import NotEstablishedError

pytestmark = pytest.mark.profile("audiences")

LISTS = (OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION)


@pytest.mark.parametrize("made", ["prepared", "created", "in a folder", "populated before"])
def check_what_was_deleted_is_seen_nowhere(situation: Situation, made: str) -> None:
    key, stranger = situation.key(), situation.key()
    other = situation.key(accountGroupId=key.group)
    folder = situation.folder(key) if made == "in a folder" else None
    name = f"doomed {situation.chance.getrandbits(32):x}"
    doomed = doomed_audience(situation, key, made, name, folder)
    neighbours = [
        *namesakes(situation, name, key, stranger),
        (key, situation.in_folder(key, folder) if folder else situation.ready(key)),
        (stranger, situation.created(stranger)),
    ]
    for one in (key, other):
        situation.do(OperationId.GET_AUDIENCE, one, doomed.id)
    for operation in LISTS:
        settled(situation, partial(is_listed, situation, operation, key, doomed.id))

    deleted = situation.delete(doomed, key)

    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    expect.done(deleted)
    for one in (key, other):
        expect_gone(situation, one, doomed, deleted)
    for of, neighbour in neighbours:
        found = situation.do(OperationId.GET_AUDIENCE, of, neighbour.id)
        expect.status("ONLY", found, {200}, deleted)
        for operation in LISTS:
            expect_listed(situation, operation, of, neighbour, deleted)
    if folder:
        situation.do(OperationId.RENAME_FOLDER, key, folder, {"name": "another"})
        expect_gone(situation, key, doomed, deleted)


def check_no_cursor_outlives_its_audience(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key, prospects=3)
    first = situation.do(OperationId.LIST_PROSPECTS, key, audience.id, extras=Extras(query="?limit=1"))
    cursor = member(first, "data", "nextCursor")
    if not isinstance(cursor, str):
        message = "the prospects of an audience are on one page, also where pages of one item are asked for"
        raise NotEstablishedError(message)

    deleted = situation.delete(audience, key)

    query = f"?limit=1&cursor={quote(cursor, safe='')}"
    later = situation.do(OperationId.LIST_PROSPECTS, key, audience.id, extras=Extras(query=query))
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    expect.done(deleted)
    expect.that("EFFECT", "404: it was deleted", described(later), [first, deleted, later], holds=is_refusal(later))


def check_deleting_the_last_audience_of_a_folder_leaves_the_folder(situation: Situation) -> None:
    key = situation.key()
    folder = situation.folder(key)
    last, other = situation.in_folder(key, folder), situation.created(key)

    deleted = situation.delete(last, key)

    moved = situation.do(OperationId.MOVE_TO_FOLDER, key, other.id, {"folderId": folder})
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    expect.done(deleted)
    expected = f"another audience can be moved into the folder {folder}, as before"
    expect.that("ONLY", expected, described(moved), [deleted, moved], holds=moved.status in SUCCESS)


def namesakes(situation: Situation, name: str, *keys: Key) -> Iterator[tuple[Key, Audience]]:
    """Audiences that are called as the doomed one is, where a name can be given; none where names are to differ."""
    for key in keys:
        with suppress(NotEstablishedError):
            yield key, situation.created(key, name=name)


def doomed_audience(situation: Situation, key: Key, made: str, name: str, folder: str | None) -> Audience:
    """An audience that is ready, however it came to be."""
    match made:
        case "prepared":
            return situation.ready(key)
        case "created":
            return situation.created(key, name=name)
        case "in a folder":
            return situation.in_folder(key, folder)
    audience = situation.populated(key)
    situation.end(audience, "completed")
    return audience


def expect_gone(situation: Situation, key: Key, audience: Audience, deleted: Exchange) -> None:
    """Note whether a deleted audience is there for no operation, and in no list after two seconds."""
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    for operation in sorted(ON_AUDIENCE, key=lambda one: one.prefix):
        body = {"name": "still there"} if operation is OperationId.UPDATE_AUDIENCE else None
        if operation is OperationId.MOVE_TO_FOLDER:
            body = {"folderId": audience.id}
        for _ in range(max(1, situation.repeats // 30)):
            later = situation.do(operation, key, audience.id, body)
            expect.that("EFFECT", "404: it was deleted", described(later), [deleted, later], holds=is_refusal(later))
    for operation in LISTS:
        at_once, finally_ = settled(situation, lambda: not is_listed(situation, operation, key, audience.id))  # noqa: B023  (called at once)
        _, exchanges = listed(situation, operation, key)
        seen = [deleted, *exchanges]
        expect.that("EFFECT", f"{audience.id} not in {operation.prefix}", "it is there", seen, holds=finally_)
        consistent = Expecting(situation, operation)
        consistent.that("CONSISTENT", f"{audience.id} gone, at once", "it was there", seen, holds=at_once)


def is_listed(situation: Situation, operation: OperationId, key: Key, audience: str) -> bool:
    """Whether the list or the navigation shows an audience."""
    return audience in listed(situation, operation, key)[0]


def expect_listed(
    situation: Situation, operation: OperationId, key: Key, audience: Audience, deleted: Exchange
) -> None:
    """Note whether a neighbour of what was deleted is still listed."""
    holds = settled(situation, partial(is_listed, situation, operation, key, audience.id))[1]
    shown, exchanges = listed(situation, operation, key)
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    expect.that("ONLY", f"{audience.id} is still there", str(shown), [deleted, *exchanges], holds=holds)


def check_what_was_deleted_is_never_seen_again(situation: Situation, acknowledged: Deletions) -> None:
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    keys: dict[str, Key] = {}
    for (group, audience), deleted in acknowledged:
        key = keys.get(group) or keys.setdefault(group, situation.key(accountGroupId=group))
        later = situation.do(OperationId.GET_AUDIENCE, key, audience)
        expect.that("EFFECT", "404: it was deleted", described(later), [deleted, later], holds=is_refusal(later))
    for group, key in keys.items():
        gone = {audience for (of, audience), _ in acknowledged if of == group}
        for operation in LISTS:
            expect_none_listed(situation, operation, key, gone)


def expect_none_listed(situation: Situation, operation: OperationId, key: Key, gone: set[str]) -> None:
    """Note whether nothing that was deleted has come back into a list."""
    settled(situation, lambda: not gone & listed(situation, operation, key)[0])
    shown, exchanges = listed(situation, operation, key)
    expect = Expecting(situation, OperationId.DELETE_AUDIENCE)
    back = sorted(gone & shown)
    expect.that("EFFECT", f"nothing deleted in {operation.prefix}", str(back), exchanges, holds=not back)
