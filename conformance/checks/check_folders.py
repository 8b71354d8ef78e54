"""Folders and moves: an audience is where it was moved to, and folders are as they were made."""

from typing import Any

from conformance.catalogue import operations
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext, distinct_from
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.read_back import expect_members, expect_read_back
from conformance.harness.snapshots import eventually, records
from conformance.harness.written_members import NAMES, SENT, stable_members
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates


def check_each_move_has_its_effect(context: CheckContext) -> None:
    key = context.create_key()
    folder, audience = context.create_folder(key), context.create_audience(key)
    expect = Expectations(context)

    for _ in range(context.share_of_repeats(2)):
        moved = context.call(operations.MOVE_TO_FOLDER, key, audience.id, {"folderId": folder})
        expect.done("AUD-MOVE-DONE", moved)
        expect_read_back(context, "AUD-MOVE-EFFECT", {"folderId": folder}, key, audience.id, moved)
        removed = context.call(operations.REMOVE_FROM_FOLDER, key, audience.id)
        expect.done("AUD-REMOVE-DONE", removed)
        expect_read_back(context, "AUD-REMOVE-EFFECT", {"folderId": None}, key, audience.id, removed)


def check_an_audience_is_moved_in_and_out(context: CheckContext) -> None:
    key = context.create_key()
    first, second = context.create_folder(key), context.create_folder(key)
    audience, neighbour = context.create_audience(key, description="moves"), context.audience_in_folder(key, first)
    before, neighbour_before = (stable_members(context, key, resource.id) for resource in (audience, neighbour))
    unmoved = {name: before[name] for name in ("id", *SENT)}

    for folder in (first, second, None, first, None):
        operation = operations.MOVE_TO_FOLDER if folder else operations.REMOVE_FROM_FOLDER
        effect, only = operation.requirement("EFFECT"), operation.requirement("ONLY")
        moved = context.call(operation, key, audience.id, {"folderId": folder} if folder else None)
        Expectations(context).done(operation.requirement("DONE"), moved)
        expect_members(context, effect, {"folderId": folder}, moved)
        read_back = expect_read_back(context, effect, {"folderId": folder}, key, audience.id, moved)
        expect_members(context, only, unmoved, read_back, moved)
        neighbour_after = context.call(operations.GET_AUDIENCE, key, neighbour.id)
        expect_members(context, only, neighbour_before, neighbour_after, moved)
        expect_in_navigation(context, key, audience, folder, moved)


def expect_in_navigation(
    context: CheckContext, key: Key, audience: Audience, folder: str | None, moved: Exchange
) -> None:
    """Expect the navigation to show an audience in one folder (None: in no folder) and nowhere else."""
    exchanges: list[Exchange] = []
    folders: list[Any] = []

    def is_there() -> bool:
        exchanges[:] = [moved, context.call(operations.GET_NAVIGATION, key)]
        folders[:] = folders_of(exchanges[-1], audience.id)
        return folders == [folder]

    at_once, in_time = eventually(context, is_there)
    expect = Expectations(context)
    expected = f"{audience.id} in the folder {folder}" if folder else f"{audience.id} in no folder"
    expect.condition("AUD-NAVIGATION-CURRENT", expected, f"it is in {folders}", exchanges, holds=in_time)
    expect.condition("AUD-NAVIGATION-CONSISTENT", f"{expected}, at once", "it was not", exchanges, holds=at_once)


def folders_of(navigation: Exchange, audience_id: str) -> list[Any]:
    """Return the folders in which the navigation shows an audience; None stands for no folder."""
    nested = [
        (folder.get("id"), audience.get("id"))
        for folder in records(json_at(navigation, "data", "folders"))
        for audience in records(folder.get("audiences"))
    ]
    ungrouped = [(None, audience.get("id")) for audience in records(json_at(navigation, "data", "ungroupedAudiences"))]
    return [folder_id for folder_id, shown_id in [*nested, *ungrouped] if shown_id == audience_id]


def folder_names(navigation: Exchange) -> dict[Any, Any]:
    """Return the names of the folders that the navigation shows, by their identifiers."""
    return {folder.get("id"): folder.get("name") for folder in records(json_at(navigation, "data", "folders"))}


def check_folder_and_audience_belong_together(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    own = context.create_folder(key)
    foreign = distinct_from(lambda: context.create_folder(other), {own}, str)
    audience = context.audience_in_folder(key, own)
    expect = Expectations(context)

    for folder in (foreign, audience.id + "0"):
        refused = context.call(operations.MOVE_TO_FOLDER, key, audience.id, {"folderId": folder})
        expect.status("AUD-MOVE-COMPATIBLE", refused, {400, 403, 404, 422})
    read_back = context.call(operations.GET_AUDIENCE, key, audience.id)
    expect_members(context, "AUD-MOVE-REFUSED", {"folderId": own}, read_back, refused)


def check_a_folder_is_as_it_was_made_and_renamed(context: CheckContext) -> None:
    key = context.create_key()
    name = f"first {context.random.getrandbits(32):x}"
    created = context.call(operations.CREATE_FOLDER, key, body={"name": name, "audienceType": "on_demand"})
    folder = str(json_at(created, "data", "id"))
    inside = context.create_audience(key)
    moved = context.call(operations.MOVE_TO_FOLDER, key, inside.id, {"folderId": folder})
    Expectations(context).status("FOLDER-CREATE-EFFECT", moved, {200}, created)
    expect_members(context, "FOLDER-CREATE-EFFECT", {"name": name, "audienceType": "on_demand"}, created)
    other_name = f"stays {context.random.getrandbits(32):x}"
    other_folder = context.create_folder(key, name=other_name)
    inside_other = context.audience_in_folder(key, other_folder)
    expect_folder_names(context, key, "FOLDER-CREATE-EFFECT", {folder: name, other_folder: other_name}, created)

    renamed = context.call(operations.RENAME_FOLDER, key, folder, {"name": "second"})

    expect = Expectations(context)
    expect.done("FOLDER-RENAME-DONE", renamed)
    expect_members(context, "FOLDER-RENAME-EFFECT", {"name": "second"}, renamed)
    expect_folder_names(context, key, "FOLDER-RENAME-EFFECT", {folder: "second"}, renamed)
    navigation = context.call(operations.GET_NAVIGATION, key)
    names = folder_names(navigation)
    folders = [folders_of(navigation, audience.id) for audience in (inside, inside_other)]
    expected = "the other folder, and what is in this one, as they were"
    holds = names.get(other_folder) == other_name and folders == [[folder], [other_folder]]
    expect.condition("FOLDER-RENAME-ONLY", expected, str(names), [navigation], holds=holds)


def check_each_folder_that_is_made_can_be_moved_into(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.create_audience(key)
    expect = Expectations(context)
    times = context.share_of_repeats(2) if isinstance(context.states, HttpStates) else 1  # folders cannot be deleted

    for count in range(times):
        name = f"{NAMES[count % len(NAMES)]} {context.random.getrandbits(32):x}"
        body = {"name": name, "audienceType": "on_demand"}
        created = context.call(operations.CREATE_FOLDER, key, body=body)
        holds = created.status is None or created.status < 500
        expect.condition("FOLDER-CREATE-CONSISTENT", "no server error", describe(created), [created], holds=holds)
        if created.status in SUCCESS:  # which names are allowed is not printed
            folder = {"folderId": json_at(created, "data", "id")}
            moved = context.call(operations.MOVE_TO_FOLDER, key, audience.id, folder)
            expect.status("FOLDER-CREATE-EFFECT", moved, {200}, created)


def expect_folder_names(
    context: CheckContext, key: Key, requirement_id: str, names: dict[str, str], after: Exchange
) -> None:
    """Expect the navigation to show folders under these names, within the settling time."""
    exchanges: list[Exchange] = []
    shown: dict[Any, Any] = {}

    def are_shown() -> bool:
        exchanges[:] = [after, context.call(operations.GET_NAVIGATION, key)]
        shown.clear()
        shown.update(folder_names(exchanges[-1]))
        return names.items() <= shown.items()

    in_time = eventually(context, are_shown)[1]
    Expectations(context).condition(requirement_id, f"the folders {names}", str(shown), exchanges, holds=in_time)


def check_an_empty_folder_is_shown(context: CheckContext) -> None:
    key = context.create_key()
    folder = context.create_folder(key)
    exchanges: list[Exchange] = []

    def is_shown() -> bool:
        exchanges[:] = [context.call(operations.GET_NAVIGATION, key)]
        return folder in folder_names(exchanges[-1])

    in_time, expect = eventually(context, is_shown)[1], Expectations(context)
    expected = f"the folder {folder}"
    expect.condition("AUD-NAVIGATION-CONSISTENT", expected, "it is not there", exchanges, holds=in_time)
