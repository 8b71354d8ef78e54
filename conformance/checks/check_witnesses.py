"""The witnesses of the beginning of the run, looked at again at its end: still so, however long it was."""

from functools import partial

from conformance.catalogue import operations
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.read_back import expect_members
from conformance.harness.snapshots import audiences_in, records
from conformance.harness.witnesses import Witnesses, Written
from conformance.states import NotEstablishedError

UNGUARDED = frozenset({400, 404, 422})
"""Refusals of a move that have other reasons: an unknown folder, an audience that is in none."""

ACTIVE = "409: the target has not been asked to end the job that populates it"


def key_of(witnesses: Witnesses) -> Key:
    """Return the key of the witnesses; NotEstablishedError where there is none."""
    if witnesses.key is None:
        raise NotEstablishedError("; ".join(witnesses.obstacles) or "nothing was brought about at the beginning")
    return witnesses.key


def guarded_audience(witnesses: Witnesses) -> tuple[Key, str, str]:
    """Return the key, the audience that is still being populated, and its job; NotEstablishedError without one."""
    key = key_of(witnesses)
    if witnesses.guarded is None:
        raise NotEstablishedError("; ".join(witnesses.obstacles) or "no audience was populated all run long")
    return (key, *witnesses.guarded)


def check_the_guard_lasts_as_long_as_its_job(context: CheckContext, witnesses: Witnesses) -> None:
    key, audience, _ = guarded_audience(witnesses)
    deletion = partial(context.call, operations.DELETE_AUDIENCE, key, audience)

    for exchange in context.client.send_in_parallel([deletion] * context.repeats):
        holds = exchange.status == 409
        Expectations(context).condition("AUD-DELETE-GUARD", ACTIVE, describe(exchange), [exchange], holds=holds)


def check_each_guard_lasts_as_long_as_its_job(context: CheckContext, witnesses: Witnesses) -> None:
    key, audience, job = guarded_audience(witnesses)
    soft = SoftAssertions()
    folder = next(iter(witnesses.folders), audience)  # the audience's own identifier is that of no folder
    bodies = {operations.UPDATE_AUDIENCE: {"name": "refused"}, operations.MOVE_TO_FOLDER: {"folderId": folder}}

    for operation in sorted(operations.GUARDED, key=lambda guarded: guarded.prefix):
        exchange = context.call(operation, key, audience, bodies.get(operation))
        is_refused_anyway = operation in {operations.MOVE_TO_FOLDER, operations.REMOVE_FROM_FOLDER}
        holds = exchange.status == 409 or (is_refused_anyway and exchange.status in UNGUARDED)
        expected = f"{ACTIVE} (the active job {job})"
        with soft:
            requirement_id = operation.requirement("GUARD")
            Expectations(context).condition(requirement_id, expected, describe(exchange), [exchange], holds=holds)
    soft.raise_first()


def check_a_refused_deletion_is_not_done_later(context: CheckContext, witnesses: Witnesses) -> None:
    key = key_of(witnesses)
    if not witnesses.spared:
        raise NotEstablishedError("; ".join(witnesses.obstacles) or "no deletion was refused at the beginning")

    for audience, refused in witnesses.spared:
        deleted = context.client.send(ApiRequest(operations.DELETE_AUDIENCE, key.token, key.group, audience))
        Expectations(context).status("AUD-DELETE-REFUSED", deleted, {200}, refused)


def check_a_write_is_still_so_at_the_end(context: CheckContext, witnesses: Witnesses) -> None:
    key, soft = key_of(witnesses), SoftAssertions()
    if not witnesses.written:
        raise NotEstablishedError("; ".join(witnesses.obstacles) or "nothing was written at the beginning")

    for written in witnesses.written:
        with soft:
            expect_still_written(context, key, written)
    with soft:
        expect_folders(context, key, witnesses)
    with soft:
        expect_no_refused_name(context, key, witnesses)
    soft.raise_first()


def expect_still_written(context: CheckContext, key: Key, written: Written) -> None:
    """Expect every reading of an audience to show what was written at the beginning of the run.

    What was updated is read often: a stale copy may be met by chance.
    """
    for _ in range(context.share_of_repeats(2) if written.requirement_id == "AUD-UPDATE-EFFECT" else 2):
        read_back = context.call(operations.GET_AUDIENCE, key, written.audience)
        if read_back.status != 200:
            Expectations(context).status(written.requirement_id, read_back, {200}, written.exchange)
        expect_members(context, written.requirement_id, written.members, read_back, written.exchange)


def expect_folders(context: CheckContext, key: Key, witnesses: Witnesses) -> None:
    """Expect the navigation to show the folders of the beginning of the run."""
    navigation = context.call(operations.GET_NAVIGATION, key)
    names = {folder.get("id"): folder.get("name") for folder in records(json_at(navigation, "data", "folders"))}
    for folder, (name, created) in witnesses.folders.items():
        holds, expected = names.get(folder) == name, f"the folder {folder}, {name!r}"
        evidence = [created, navigation]
        Expectations(context).condition("FOLDER-CREATE-EFFECT", expected, str(names), evidence, holds=holds)


def expect_no_refused_name(context: CheckContext, key: Key, witnesses: Witnesses) -> None:
    """Expect the list to show no audience whose creation was refused."""
    items, pages = audiences_in(context, operations.LIST_AUDIENCES, key)
    names = {item.get("name") for item in items}
    for name, refused in witnesses.refused_names.items():
        expected, holds = f"no audience {name!r}: its creation was refused", name not in names
        evidence = [refused, *pages]
        Expectations(context).condition("AUD-CREATE-REFUSED", expected, str(names), evidence, holds=holds)
