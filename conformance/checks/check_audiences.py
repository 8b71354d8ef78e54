"""What audiences and folders are made, changed and moved to be is what they are, and nothing else changes."""

import json
from functools import partial
from typing import Any

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext, distinct_from
from conformance.harness.expectations import Expectations, describe, expectations_of
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, read, read_all_pages, records
from conformance.harness.valid_requests import valid_request
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError

NAMES = ("Heads of sales", "Vertrieb, Größe & Zoë 東京 🚀", "a" * 120, "quotes \" ' \\ / <b>")
SENT = ("name", "description")
SHOWN = ("id", "name", "description", "folderId")


def expect_shown(expect: Expectations, fact: str, sent: dict[str, Any], exchange: Exchange, *before: Exchange) -> None:
    """Note whether what was sent is what is shown; a member that is not shown contradicts nothing."""
    shown = json_at(exchange, "data")
    for name, value in sent.items():
        seen = shown.get(name, value) if isinstance(shown, dict) else None
        expected, came_back = (f"{name} {json.dumps(one, ensure_ascii=False)}" for one in (value, seen))
        expect.expect(fact, expected, came_back, [*before, exchange], holds=seen == value)


def shown_of(context: CheckContext, key: Key, audience: str) -> dict[str, Any]:
    """The members of an audience, but for those that may change by themselves."""
    found, _ = read(context, key, audience)
    return {name: found.get(name) for name in SHOWN}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def check_what_was_created_is_read(context: CheckContext, name: str) -> None:
    key = context.create_key()
    body = {"name": name, "description": f"{name} described", "type": "on_demand"}
    made = context.call(operations.CREATE_AUDIENCE, key, body=body)
    identifier = json_at(made, "data", "id")
    if made.status not in SUCCESS or not isinstance(identifier, str):
        raise NotEstablishedError(f"an audience could not be made: the target answered {made.status}")
    sent = {field: body[field] for field in SENT}
    expect_shown(Expectations(context, operations.CREATE_AUDIENCE), "EFFECT", sent, made)

    for _ in range(context.share_of_repeats(9)):
        found = context.call(operations.GET_AUDIENCE, key, identifier)
        expect = Expectations(context, operations.CREATE_AUDIENCE)
        expect.status("EFFECT", found, {200}, made)
        expect_shown(expect, "EFFECT", sent, found, made)
        expect_shown(Expectations(context, operations.GET_AUDIENCE), "CURRENT", {"id": identifier}, found, made)


@for_each_operation([operations.CREATE_AUDIENCE, operations.CREATE_FOLDER])
def check_what_is_created_is_new(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    seen: list[Exchange] = []

    for _ in range(3):
        made = context.client.send(call)
        known = {json_at(one, "data", "id") for one in seen}
        identifier = json_at(made, "data", "id")
        fresh = made.status not in SUCCESS or identifier not in known
        expectations_of(context, call).expect("NEW", f"none of {known}", str(identifier), [*seen, made], holds=fresh)
        seen.append(made)
    if operation is operations.CREATE_AUDIENCE:
        for made in (one for one in seen if one.status in SUCCESS):  # names may have to differ
            found = context.call(operations.GET_AUDIENCE, key, str(json_at(made, "data", "id")))
            expectations_of(context, call).status("NEW", found, {200}, *seen)


@pytest.mark.parametrize(
    "sent",
    [{"name": "another name"}, {"description": "another description"}, {"name": "both", "description": "of them"}],
    ids="-".join,
)
def check_an_update_changes_what_it_names(context: CheckContext, sent: dict[str, str]) -> None:
    key, other = context.create_key(), context.create_key()
    folder = context.create_folder(key)
    audience = context.audience_in_folder(key, folder, description="described")
    neighbours = [(key, context.create_audience(key, description="stays")), (other, context.create_audience(other))]
    were = [shown_of(context, of, one.id) for of, one in neighbours]
    was = shown_of(context, key, audience.id)
    expect = Expectations(context, operations.UPDATE_AUDIENCE)

    for count in range(context.share_of_repeats(3)):
        wanted = {name: f"{value} {count}" for name, value in sent.items()}
        updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, wanted)
        expect.done(updated)
        expect_shown(expect, "EFFECT", wanted, updated)
        found = context.call(operations.GET_AUDIENCE, key, audience.id)
        expect_shown(expect, "EFFECT", wanted, found, updated)
        expect_shown(expect, "ONLY", {name: was[name] for name in was if name not in wanted}, found, updated)
    for (of, one), earlier in zip(neighbours, were, strict=True):
        found = context.call(operations.GET_AUDIENCE, of, one.id)
        expect_shown(expect, "ONLY", earlier, found, updated)


def check_what_an_update_says_is_read_to_the_letter(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key)
    expect = Expectations(context, operations.UPDATE_AUDIENCE)

    for name in NAMES:
        sent = {"name": name, "description": f"{name} described"}
        updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, sent)
        if updated.status in SUCCESS:  # which names are allowed is not printed
            expect_shown(expect, "EFFECT", sent, context.call(operations.GET_AUDIENCE, key, audience.id), updated)


def check_an_emptied_description_is_not_what_it_was(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key, description="to be emptied")
    expect = Expectations(context, operations.UPDATE_AUDIENCE)

    updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, {"description": ""})

    if updated.status in SUCCESS:  # nothing says that it must be
        found = context.call(operations.GET_AUDIENCE, key, audience.id)
        shown = json_at(found, "data", "description")
        holds = shown != "to be emptied"
        expect.expect("EFFECT", "an empty description", f"description {shown!r}", [updated, found], holds=holds)


def check_each_move_has_its_effect(context: CheckContext) -> None:
    key = context.create_key()
    folder, audience = context.create_folder(key), context.create_audience(key)

    for _ in range(context.share_of_repeats(2)):
        for operation, into in ((operations.MOVE_TO_FOLDER, folder), (operations.REMOVE_FROM_FOLDER, None)):
            moved = context.call(operation, key, audience.id, {"folderId": into} if into else None)
            found = context.call(operations.GET_AUDIENCE, key, audience.id)
            expect = Expectations(context, operation)
            expect.done(moved)
            expect_shown(expect, "EFFECT", {"folderId": into}, found, moved)


def check_an_audience_is_moved_in_and_out(context: CheckContext) -> None:
    key = context.create_key()
    first, second = context.create_folder(key), context.create_folder(key)
    audience, neighbour = context.create_audience(key, description="moves"), context.audience_in_folder(key, first)
    was, beside = shown_of(context, key, audience.id), shown_of(context, key, neighbour.id)

    for folder in (first, second, None, first, None):
        operation = operations.MOVE_TO_FOLDER if folder else operations.REMOVE_FROM_FOLDER
        expect = Expectations(context, operation)
        body = {"folderId": folder} if folder else None
        moved = context.call(operation, key, audience.id, body)
        expect.done(moved)
        expect_shown(expect, "EFFECT", {"folderId": folder}, moved)
        found = context.call(operations.GET_AUDIENCE, key, audience.id)
        expect.status("ONLY", found, {200}, moved)
        expect_shown(expect, "EFFECT", {"folderId": folder}, found, moved)
        expect_shown(expect, "ONLY", {name: was[name] for name in ("id", *SENT)}, found, moved)
        expect_shown(expect, "ONLY", beside, context.call(operations.GET_AUDIENCE, key, neighbour.id), moved)
        expect_grouped(context, key, audience, folder, moved)


def expect_grouped(context: CheckContext, key: Key, audience: Audience, folder: str | None, moved: Exchange) -> None:
    """Note whether the navigation has an audience where it was moved to, and nowhere else."""
    seen: list[Exchange] = []
    places: list[Any] = []

    def is_there() -> bool:
        seen[:] = [moved, context.call(operations.GET_NAVIGATION, key)]
        places[:] = places_of(seen[-1], audience.id)
        return places == [folder]

    at_once, finally_ = eventually(context, is_there)
    expect = Expectations(context, operations.GET_NAVIGATION)
    expected = f"{audience.id} in the folder {folder}" if folder else f"{audience.id} in no folder"
    expect.expect("CURRENT", expected, f"it is in {places}", seen, holds=finally_)
    expect.expect("CONSISTENT", f"{expected}, at once", "it was not", seen, holds=at_once)


def places_of(navigation: Exchange, audience: str) -> list[Any]:
    """The folders that an audience is shown in, None for none."""
    folders = records(json_at(navigation, "data", "folders"))
    nested = [(folder.get("id"), one.get("id")) for folder in folders for one in records(folder.get("audiences"))]
    loose = [(None, one.get("id")) for one in records(json_at(navigation, "data", "ungroupedAudiences"))]
    return [place for place, identifier in [*nested, *loose] if identifier == audience]


def check_folder_and_audience_belong_together(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    own = context.create_folder(key)
    foreign = distinct_from(lambda: context.create_folder(other), {own}, str)
    audience = context.audience_in_folder(key, own)
    expect = Expectations(context, operations.MOVE_TO_FOLDER)

    for folder in (foreign, audience.id + "0"):
        refused = context.call(operations.MOVE_TO_FOLDER, key, audience.id, {"folderId": folder})
        expect.status("COMPATIBLE", refused, {400, 403, 404, 422})
    found = context.call(operations.GET_AUDIENCE, key, audience.id)
    expect_shown(expect, "REFUSED", {"folderId": own}, found, refused)

    monitoring = context.create_folder(key, audienceType="monitoring")
    refused = context.call(operations.MOVE_TO_FOLDER, key, audience.id, {"folderId": monitoring})
    expect.status("COMPATIBLE-TYPE", refused, {422})
    watched = context.create_audience(key, type="monitoring")
    refused = context.call(operations.MOVE_TO_FOLDER, key, watched.id, {"folderId": own})
    expect.status("COMPATIBLE-TYPE", refused, {422})


def check_a_folder_is_as_it_was_made_and_renamed(context: CheckContext) -> None:
    key = context.create_key()
    name = f"first {context.random.getrandbits(32):x}"
    made = context.call(operations.CREATE_FOLDER, key, body={"name": name, "audienceType": "on_demand"})
    folder = str(json_at(made, "data", "id"))
    within = context.create_audience(key)
    moved = context.call(operations.MOVE_TO_FOLDER, key, within.id, {"folderId": folder})
    Expectations(context, operations.CREATE_FOLDER).status("EFFECT", moved, {200}, made)
    expect_shown(Expectations(context, operations.CREATE_FOLDER), "EFFECT", {"name": name}, made)
    stays = f"stays {context.random.getrandbits(32):x}"
    neighbour = context.create_folder(key, name=stays)
    beside = context.audience_in_folder(key, neighbour)
    expect_named(context, key, operations.CREATE_FOLDER, {folder: name, neighbour: stays}, made)

    renamed = context.call(operations.RENAME_FOLDER, key, folder, {"name": "second"})

    expect = Expectations(context, operations.RENAME_FOLDER)
    expect.done(renamed)
    expect_shown(expect, "EFFECT", {"name": "second"}, renamed)
    expect_named(context, key, operations.RENAME_FOLDER, {folder: "second"}, renamed)
    navigation = context.call(operations.GET_NAVIGATION, key)
    shown = {one.get("id"): one.get("name") for one in records(json_at(navigation, "data", "folders"))}
    places = [places_of(navigation, one.id) for one in (within, beside)]
    unchanged = shown.get(neighbour) == stays and places == [[folder], [neighbour]]
    expect.expect(
        "ONLY", "the other folder, and what is in this one, as they were", str(shown), [navigation], holds=unchanged
    )


def check_each_folder_that_is_made_can_be_moved_into(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key)
    expect = Expectations(context, operations.CREATE_FOLDER)
    times = context.share_of_repeats(2) if isinstance(context.states, HttpStates) else 1  # no folder goes away

    for count in range(times):
        name = f"{NAMES[count % len(NAMES)]} {context.random.getrandbits(32):x}"
        body = {"name": name, "audienceType": "on_demand"}
        made = context.call(operations.CREATE_FOLDER, key, body=body)
        failed = made.status is not None and made.status >= 500
        expect.expect("CONSISTENT", "no server error", describe(made), [made], holds=not failed)
        if made.status in SUCCESS:  # which names are allowed is not printed
            into = {"folderId": json_at(made, "data", "id")}
            moved = context.call(operations.MOVE_TO_FOLDER, key, audience.id, into)
            expect.status("EFFECT", moved, {200}, made)


def expect_named(
    context: CheckContext, key: Key, operation: OperationSpec, names: dict[str, str], after: Exchange
) -> None:
    """Note whether the navigation shows folders by their names, within two seconds."""
    seen: list[Exchange] = []
    shown: dict[Any, Any] = {}

    def is_so() -> bool:
        seen[:] = [after, context.call(operations.GET_NAVIGATION, key)]
        shown.clear()
        shown.update({one.get("id"): one.get("name") for one in records(json_at(seen[-1], "data", "folders"))})
        return names.items() <= shown.items()

    holds = eventually(context, is_so)[1]
    Expectations(context, operation).expect("EFFECT", f"the folders {names}", str(shown), seen, holds=holds)


def check_an_empty_folder_is_shown(context: CheckContext) -> None:
    key = context.create_key()
    folder = context.create_folder(key)
    seen: list[Exchange] = []

    def is_shown() -> bool:
        seen[:] = [context.call(operations.GET_NAVIGATION, key)]
        return folder in {one.get("id") for one in records(json_at(seen[-1], "data", "folders"))}

    holds = eventually(context, is_shown)[1]
    expect = Expectations(context, operations.GET_NAVIGATION)
    expect.expect("CONSISTENT", f"the folder {folder}", "it is not there", seen, holds=holds)


def check_updates_of_different_fields_do_not_overwrite_each_other(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key, description="first")
    expect = Expectations(context, operations.UPDATE_AUDIENCE)

    for count in range(context.share_of_repeats(9)):
        wanted = {"name": f"name {count}", "description": f"description {count}"}
        sends = [
            partial(context.call, operations.UPDATE_AUDIENCE, key, audience.id, {name: value})
            for name, value in wanted.items()
        ]
        answers = context.client.send_concurrently(sends)
        if any(answer.status != 200 for answer in answers):
            continue  # that concurrent updates both succeed is not said
        found = context.call(operations.GET_AUDIENCE, key, audience.id)
        expect_shown(expect, "CONSISTENT", wanted, found, *answers)


def check_an_update_leaves_the_prospects(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=3)
    was, _ = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)

    updated = context.call(operations.UPDATE_AUDIENCE, key, audience.id, {"name": "another"})

    now, exchanges = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)
    earlier, later = ([one.get("id") for one in found] for found in (was, now))
    expect = Expectations(context, operations.UPDATE_AUDIENCE)
    expect.expect("ONLY", f"the prospects {earlier}", str(later), [updated, *exchanges], holds=earlier == later)


@for_each_operation(
    [
        one
        for one in operations.OPERATIONS
        if one not in operations.READING and one not in {operations.START_JOB, operations.DELETE_AUDIENCE}
    ]
)
def check_an_idempotency_key_replays_no_answer(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    once = context.fresh_idempotency_key()
    expect = expectations_of(context, call)
    first = context.client.send(ApiRequest(operation, key.token, call.group, call.resource_id, call.body, once))
    other = context.create_folder(key) if operation is operations.MOVE_TO_FOLDER else "another"
    changed = {name: other for name in ("name", "folderId") if name in (call.body or {})}
    body = {**call.body, **changed} if call.body else None

    again = context.client.send(ApiRequest(operation, key.token, call.group, call.resource_id, body, once))

    if again.status not in SUCCESS:
        expect.passed("IDEMPOTENCY")
        return
    expect_shown(expect, "IDEMPOTENCY", changed, again, first)
    expect.passed("IDEMPOTENCY")
    if operation in {operations.UPDATE_AUDIENCE, operations.MOVE_TO_FOLDER}:
        expect_shown(
            expect, "IDEMPOTENCY", changed, context.call(operations.GET_AUDIENCE, key, call.resource_id), again
        )
    if operation in {operations.CREATE_AUDIENCE, operations.CREATE_FOLDER}:
        ids = [json_at(one, "data", "id") for one in (first, again)]
        expect.expect("IDEMPOTENCY", "two of them", str(ids), [first, again], holds=ids[0] != ids[1])
