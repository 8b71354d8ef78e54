"""What audiences and folders are made, changed and moved to be is what they are, and nothing else changes."""

import json
from functools import partial
from typing import Any

import pytest

from conformance.client.client import Call
from conformance.client.contract import member
from conformance.harness.context import Audience, Key, Situation, apart
from conformance.harness.expectations import Expecting, described, expecting
from conformance.harness.operations import EVERY, READING, each
from conformance.harness.snapshots import everything, read, records, settled
from conformance.harness.valid_requests import scene
from conformance.model import OperationId
from conformance.results.verdicts import SUCCESS, Exchange
from conformance.states import NotEstablishedError, OverHttp

pytestmark = pytest.mark.profile("audiences")

NAMES = ("Heads of sales", "Vertrieb, Größe & Zoë 東京 🚀", "a" * 120, "quotes \" ' \\ / <b>")
SENT = ("name", "description")
SHOWN = ("id", "name", "description", "folderId")


def expect_shown(expect: Expecting, fact: str, sent: dict[str, Any], exchange: Exchange, *before: Exchange) -> None:
    """Note whether what was sent is what is shown; a member that is not shown contradicts nothing."""
    shown = member(exchange, "data")
    for name, value in sent.items():
        seen = shown.get(name, value) if isinstance(shown, dict) else None
        expected, came_back = (f"{name} {json.dumps(one, ensure_ascii=False)}" for one in (value, seen))
        expect.that(fact, expected, came_back, [*before, exchange], holds=seen == value)


def shown_of(situation: Situation, key: Key, audience: str) -> dict[str, Any]:
    """The members of an audience, but for those that may change by themselves."""
    found, _ = read(situation, key, audience)
    return {name: found.get(name) for name in SHOWN}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def check_what_was_created_is_read(situation: Situation, name: str) -> None:
    key = situation.key()
    body = {"name": name, "description": f"{name} described", "type": "on_demand"}
    made = situation.do(OperationId.CREATE_AUDIENCE, key, body=body)
    identifier = member(made, "data", "id")
    if made.status not in SUCCESS or not isinstance(identifier, str):
        message = f"an audience could not be made: the target answered {made.status}"
        raise NotEstablishedError(message)
    sent = {field: body[field] for field in SENT}
    expect_shown(Expecting(situation, OperationId.CREATE_AUDIENCE), "EFFECT", sent, made)

    for _ in range(max(1, situation.repeats // 9)):
        found = situation.do(OperationId.GET_AUDIENCE, key, identifier)
        expect = Expecting(situation, OperationId.CREATE_AUDIENCE)
        expect.status("EFFECT", found, {200}, made)
        expect_shown(expect, "EFFECT", sent, found, made)
        expect_shown(Expecting(situation, OperationId.GET_AUDIENCE), "CURRENT", {"id": identifier}, found, made)


@each([OperationId.CREATE_AUDIENCE, OperationId.CREATE_FOLDER])
def check_what_is_created_is_new(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    seen: list[Exchange] = []

    for _ in range(3):
        made = situation.client.send(call)
        known = {member(one, "data", "id") for one in seen}
        identifier = member(made, "data", "id")
        fresh = made.status not in SUCCESS or identifier not in known
        expecting(situation, call).that("NEW", f"none of {known}", str(identifier), [*seen, made], holds=fresh)
        seen.append(made)
    if operation is OperationId.CREATE_AUDIENCE:
        for made in (one for one in seen if one.status in SUCCESS):  # names may have to differ
            found = situation.do(OperationId.GET_AUDIENCE, key, str(member(made, "data", "id")))
            expecting(situation, call).status("NEW", found, {200}, *seen)


@pytest.mark.parametrize(
    "sent",
    [{"name": "another name"}, {"description": "another description"}, {"name": "both", "description": "of them"}],
    ids="-".join,
)
def check_an_update_changes_what_it_names(situation: Situation, sent: dict[str, str]) -> None:
    key, other = situation.key(), situation.key()
    folder = situation.folder(key)
    audience = situation.in_folder(key, folder, description="described")
    neighbours = [(key, situation.created(key, description="stays")), (other, situation.created(other))]
    were = [shown_of(situation, of, one.id) for of, one in neighbours]
    was = shown_of(situation, key, audience.id)
    expect = Expecting(situation, OperationId.UPDATE_AUDIENCE)

    for count in range(max(1, situation.repeats // 3)):
        wanted = {name: f"{value} {count}" for name, value in sent.items()}
        updated = situation.do(OperationId.UPDATE_AUDIENCE, key, audience.id, wanted)
        expect.done(updated)
        expect_shown(expect, "EFFECT", wanted, updated)
        found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
        expect_shown(expect, "EFFECT", wanted, found, updated)
        expect_shown(expect, "ONLY", {name: was[name] for name in was if name not in wanted}, found, updated)
    for (of, one), earlier in zip(neighbours, were, strict=True):
        found = situation.do(OperationId.GET_AUDIENCE, of, one.id)
        expect_shown(expect, "ONLY", earlier, found, updated)


def check_what_an_update_says_is_read_to_the_letter(situation: Situation) -> None:
    key = situation.key()
    audience = situation.created(key)
    expect = Expecting(situation, OperationId.UPDATE_AUDIENCE)

    for name in NAMES:
        sent = {"name": name, "description": f"{name} described"}
        updated = situation.do(OperationId.UPDATE_AUDIENCE, key, audience.id, sent)
        if updated.status in SUCCESS:  # which names are allowed is not printed
            expect_shown(expect, "EFFECT", sent, situation.do(OperationId.GET_AUDIENCE, key, audience.id), updated)


def check_an_emptied_description_is_not_what_it_was(situation: Situation) -> None:
    key = situation.key()
    audience = situation.created(key, description="to be emptied")
    expect = Expecting(situation, OperationId.UPDATE_AUDIENCE)

    updated = situation.do(OperationId.UPDATE_AUDIENCE, key, audience.id, {"description": ""})

    if updated.status in SUCCESS:  # nothing says that it must be
        found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
        shown = member(found, "data", "description")
        holds = shown != "to be emptied"
        expect.that("EFFECT", "an empty description", f"description {shown!r}", [updated, found], holds=holds)


def check_each_move_has_its_effect(situation: Situation) -> None:
    key = situation.key()
    folder, audience = situation.folder(key), situation.created(key)

    for _ in range(max(1, situation.repeats // 2)):
        for operation, into in ((OperationId.MOVE_TO_FOLDER, folder), (OperationId.REMOVE_FROM_FOLDER, None)):
            moved = situation.do(operation, key, audience.id, {"folderId": into} if into else None)
            found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
            expect = Expecting(situation, operation)
            expect.done(moved)
            expect_shown(expect, "EFFECT", {"folderId": into}, found, moved)


def check_an_audience_is_moved_in_and_out(situation: Situation) -> None:
    key = situation.key()
    first, second = situation.folder(key), situation.folder(key)
    audience, neighbour = situation.created(key, description="moves"), situation.in_folder(key, first)
    was, beside = shown_of(situation, key, audience.id), shown_of(situation, key, neighbour.id)

    for folder in (first, second, None, first, None):
        operation = OperationId.MOVE_TO_FOLDER if folder else OperationId.REMOVE_FROM_FOLDER
        expect = Expecting(situation, operation)
        body = {"folderId": folder} if folder else None
        moved = situation.do(operation, key, audience.id, body)
        expect.done(moved)
        expect_shown(expect, "EFFECT", {"folderId": folder}, moved)
        found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
        expect.status("ONLY", found, {200}, moved)
        expect_shown(expect, "EFFECT", {"folderId": folder}, found, moved)
        expect_shown(expect, "ONLY", {name: was[name] for name in ("id", *SENT)}, found, moved)
        expect_shown(expect, "ONLY", beside, situation.do(OperationId.GET_AUDIENCE, key, neighbour.id), moved)
        expect_grouped(situation, key, audience, folder, moved)


def expect_grouped(situation: Situation, key: Key, audience: Audience, folder: str | None, moved: Exchange) -> None:
    """Note whether the navigation has an audience where it was moved to, and nowhere else."""
    seen: list[Exchange] = []
    places: list[Any] = []

    def is_there() -> bool:
        seen[:] = [moved, situation.do(OperationId.GET_NAVIGATION, key)]
        places[:] = places_of(seen[-1], audience.id)
        return places == [folder]

    at_once, finally_ = settled(situation, is_there)
    expect = Expecting(situation, OperationId.GET_NAVIGATION)
    expected = f"{audience.id} in the folder {folder}" if folder else f"{audience.id} in no folder"
    expect.that("CURRENT", expected, f"it is in {places}", seen, holds=finally_)
    expect.that("CONSISTENT", f"{expected}, at once", "it was not", seen, holds=at_once)


def places_of(navigation: Exchange, audience: str) -> list[Any]:
    """The folders that an audience is shown in, None for none."""
    folders = records(member(navigation, "data", "folders"))
    nested = [(folder.get("id"), one.get("id")) for folder in folders for one in records(folder.get("audiences"))]
    loose = [(None, one.get("id")) for one in records(member(navigation, "data", "ungroupedAudiences"))]
    return [place for place, identifier in [*nested, *loose] if identifier == audience]


def check_folder_and_audience_belong_together(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    own = situation.folder(key)
    foreign = apart(lambda: situation.folder(other), {own}, str)
    audience = situation.in_folder(key, own)
    expect = Expecting(situation, OperationId.MOVE_TO_FOLDER)

    for folder in (foreign, audience.id + "0"):
        refused = situation.do(OperationId.MOVE_TO_FOLDER, key, audience.id, {"folderId": folder})
        expect.status("COMPATIBLE", refused, {400, 403, 404, 422})
    found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
    expect_shown(expect, "REFUSED", {"folderId": own}, found, refused)

    monitoring = situation.folder(key, audienceType="monitoring")
    refused = situation.do(OperationId.MOVE_TO_FOLDER, key, audience.id, {"folderId": monitoring})
    expect.status("COMPATIBLE-TYPE", refused, {422})
    watched = situation.created(key, type="monitoring")
    refused = situation.do(OperationId.MOVE_TO_FOLDER, key, watched.id, {"folderId": own})
    expect.status("COMPATIBLE-TYPE", refused, {422})


def check_a_folder_is_as_it_was_made_and_renamed(situation: Situation) -> None:
    key = situation.key()
    name = f"first {situation.chance.getrandbits(32):x}"
    made = situation.do(OperationId.CREATE_FOLDER, key, body={"name": name, "audienceType": "on_demand"})
    folder = str(member(made, "data", "id"))
    within = situation.created(key)
    moved = situation.do(OperationId.MOVE_TO_FOLDER, key, within.id, {"folderId": folder})
    Expecting(situation, OperationId.CREATE_FOLDER).status("EFFECT", moved, {200}, made)
    expect_shown(Expecting(situation, OperationId.CREATE_FOLDER), "EFFECT", {"name": name}, made)
    stays = f"stays {situation.chance.getrandbits(32):x}"
    neighbour = situation.folder(key, name=stays)
    beside = situation.in_folder(key, neighbour)
    expect_named(situation, key, OperationId.CREATE_FOLDER, {folder: name, neighbour: stays}, made)

    renamed = situation.do(OperationId.RENAME_FOLDER, key, folder, {"name": "second"})

    expect = Expecting(situation, OperationId.RENAME_FOLDER)
    expect.done(renamed)
    expect_shown(expect, "EFFECT", {"name": "second"}, renamed)
    expect_named(situation, key, OperationId.RENAME_FOLDER, {folder: "second"}, renamed)
    navigation = situation.do(OperationId.GET_NAVIGATION, key)
    shown = {one.get("id"): one.get("name") for one in records(member(navigation, "data", "folders"))}
    places = [places_of(navigation, one.id) for one in (within, beside)]
    unchanged = shown.get(neighbour) == stays and places == [[folder], [neighbour]]
    expect.that(
        "ONLY", "the other folder, and what is in this one, as they were", str(shown), [navigation], holds=unchanged
    )


def check_each_folder_that_is_made_can_be_moved_into(situation: Situation) -> None:
    key = situation.key()
    audience = situation.created(key)
    expect = Expecting(situation, OperationId.CREATE_FOLDER)
    times = max(1, situation.repeats // 2) if isinstance(situation.states, OverHttp) else 1  # no folder goes away

    for count in range(times):
        name = f"{NAMES[count % len(NAMES)]} {situation.chance.getrandbits(32):x}"
        body = {"name": name, "audienceType": "on_demand"}
        made = situation.do(OperationId.CREATE_FOLDER, key, body=body)
        failed = made.status is not None and made.status >= 500
        expect.that("CONSISTENT", "no server error", described(made), [made], holds=not failed)
        if made.status in SUCCESS:  # which names are allowed is not printed
            into = {"folderId": member(made, "data", "id")}
            moved = situation.do(OperationId.MOVE_TO_FOLDER, key, audience.id, into)
            expect.status("EFFECT", moved, {200}, made)


def expect_named(
    situation: Situation, key: Key, operation: OperationId, names: dict[str, str], after: Exchange
) -> None:
    """Note whether the navigation shows folders by their names, within two seconds."""
    seen: list[Exchange] = []
    shown: dict[Any, Any] = {}

    def is_so() -> bool:
        seen[:] = [after, situation.do(OperationId.GET_NAVIGATION, key)]
        shown.clear()
        shown.update({one.get("id"): one.get("name") for one in records(member(seen[-1], "data", "folders"))})
        return names.items() <= shown.items()

    holds = settled(situation, is_so)[1]
    Expecting(situation, operation).that("EFFECT", f"the folders {names}", str(shown), seen, holds=holds)


def check_an_empty_folder_is_shown(situation: Situation) -> None:
    key = situation.key()
    folder = situation.folder(key)
    seen: list[Exchange] = []

    def is_shown() -> bool:
        seen[:] = [situation.do(OperationId.GET_NAVIGATION, key)]
        return folder in {one.get("id") for one in records(member(seen[-1], "data", "folders"))}

    holds = settled(situation, is_shown)[1]
    expect = Expecting(situation, OperationId.GET_NAVIGATION)
    expect.that("CONSISTENT", f"the folder {folder}", "it is not there", seen, holds=holds)


def check_updates_of_different_fields_do_not_overwrite_each_other(situation: Situation) -> None:
    key = situation.key()
    audience = situation.created(key, description="first")
    expect = Expecting(situation, OperationId.UPDATE_AUDIENCE)

    for count in range(max(1, situation.repeats // 9)):
        wanted = {"name": f"name {count}", "description": f"description {count}"}
        sends = [
            partial(situation.do, OperationId.UPDATE_AUDIENCE, key, audience.id, {name: value})
            for name, value in wanted.items()
        ]
        answers = situation.client.at_once(sends)
        if any(answer.status != 200 for answer in answers):
            continue  # that concurrent updates both succeed is not said
        found = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
        expect_shown(expect, "CONSISTENT", wanted, found, *answers)


def check_an_update_leaves_the_prospects(situation: Situation) -> None:
    key = situation.key()
    audience = situation.ready(key, prospects=3)
    was, _ = everything(situation, OperationId.LIST_PROSPECTS, key, audience.id)

    updated = situation.do(OperationId.UPDATE_AUDIENCE, key, audience.id, {"name": "another"})

    now, exchanges = everything(situation, OperationId.LIST_PROSPECTS, key, audience.id)
    earlier, later = ([one.get("id") for one in found] for found in (was, now))
    expect = Expecting(situation, OperationId.UPDATE_AUDIENCE)
    expect.that("ONLY", f"the prospects {earlier}", str(later), [updated, *exchanges], holds=earlier == later)


@each([one for one in EVERY if one not in READING and one not in {OperationId.START_JOB, OperationId.DELETE_AUDIENCE}])
def check_an_idempotency_key_replays_no_answer(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    once = situation.once()
    expect = expecting(situation, call)
    first = situation.client.send(Call(operation, key.token, call.group, call.target, call.body, once))
    other = situation.folder(key) if operation is OperationId.MOVE_TO_FOLDER else "another"
    changed = {name: other for name in ("name", "folderId") if name in (call.body or {})}
    body = {**call.body, **changed} if call.body else None

    again = situation.client.send(Call(operation, key.token, call.group, call.target, body, once))

    if again.status not in SUCCESS:
        expect.held("IDEMPOTENCY")
        return
    expect_shown(expect, "IDEMPOTENCY", changed, again, first)
    expect.held("IDEMPOTENCY")
    if operation in {OperationId.UPDATE_AUDIENCE, OperationId.MOVE_TO_FOLDER}:
        expect_shown(expect, "IDEMPOTENCY", changed, situation.do(OperationId.GET_AUDIENCE, key, call.target), again)
    if operation in {OperationId.CREATE_AUDIENCE, OperationId.CREATE_FOLDER}:
        ids = [member(one, "data", "id") for one in (first, again)]
        expect.that("IDEMPOTENCY", "two of them", str(ids), [first, again], holds=ids[0] != ids[1])
