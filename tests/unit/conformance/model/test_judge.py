from dataclasses import replace

import pytest

from conformance.catalogue import operations
from conformance.model.events import AudienceReady
from conformance.model.judge import advance, judge, step
from conformance.model.messages import JobPage, Request, Response, ShownJob, Validity
from openapi import contract
from tests.harness.model_steps import (
    DELETED,
    FORBIDDEN,
    GONE,
    JOBS,
    LIST,
    MUST,
    NOT_READY,
    OK,
    SHOULD,
    WORLD,
    after,
    ask,
    begin,
    cancel,
    create,
    delete,
    folder,
    found,
    get,
    get_job,
    job,
    listed,
    move,
    shown,
    update,
)

PREFIXES = ["GET", "UPDATE", "DELETE", "MOVE", "REMOVE", "PROSPECTS"]


@pytest.mark.parametrize(
    ("request_", "allowed", "refused", "broken"),
    [
        (get("ready"), OK, GONE, "AUD-GET-DONE"),
        (get("ready"), OK, NOT_READY, "AUD-GET-GUARD-ENDS"),
        (delete("ready"), OK, NOT_READY, "AUD-DELETE-GUARD-ENDS"),
        (delete("ready"), OK, FORBIDDEN, "AUD-DELETE-DONE"),
        (delete("ready", key="nobody's"), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="revoked"), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="revoked"), Response(401), FORBIDDEN, "AUD-DELETE-KEY"),
        (replace(delete("ready"), key=None), Response(401), OK, "AUD-DELETE-KEY"),
        (delete("ready", key="reader"), FORBIDDEN, OK, "AUD-DELETE-PERMISSION"),
        (delete("ready", key="reader"), FORBIDDEN, GONE, "AUD-DELETE-PERMISSION"),
        (get("ready", key="writer"), FORBIDDEN, OK, "AUD-GET-PERMISSION"),
        (delete("ready", key="writer"), OK, FORBIDDEN, "AUD-DELETE-PERMISSION-SUFFICES"),
        (ask(operations.LIST_ACCOUNTS, key="reader"), OK, FORBIDDEN, "ACCOUNT-LIST-DONE"),
        (delete("nowhere"), GONE, OK, "AUD-DELETE-FOUND"),
        (delete("nowhere"), GONE, NOT_READY, "AUD-DELETE-FOUND"),
        (replace(update("ready"), validity=Validity.INVALID), Response(400), OK, "AUD-UPDATE-VALID"),
        (replace(update("ready"), validity=Validity.INVALID), Response(400), Response(401), "AUD-UPDATE-VALID"),
        (update("ready", name="x"), OK, Response(422), "AUD-UPDATE-DONE"),
        (update("ready", name="x"), shown("ready", name="x"), shown("ready", name="y"), "AUD-UPDATE-EFFECT"),
        (get("made"), shown("made", name="ours"), shown("made", name="y"), "AUD-CREATE-EFFECT"),
        (get("made"), shown("made"), shown("ready"), "AUD-GET-CURRENT"),
        (create("z"), shown("new", 201), shown("ready", 201), "AUD-CREATE-NEW"),
        (create("z"), shown("new", 201, name="z"), shown("new", 201, name="y"), "AUD-CREATE-EFFECT"),
        (move("made", "demand"), OK, Response(422), "AUD-MOVE-DONE"),
        (move("made", "no folder"), Response(422), OK, "AUD-MOVE-FOUND"),
        (folder("new", "on_demand")[0], Response(201), Response(409), "FOLDER-CREATE-DONE"),
        (cancel("job"), job("job", "cancelled"), Response(422, "VALIDATION_ERROR"), "JOB-CANCEL-DONE"),
        (get_job("job"), job("job", "running"), job("job", "completed"), "JOB-GET-CURRENT"),
        (get_job("job"), job("job"), GONE, "JOB-GET-DONE"),
        (get_job("no job"), GONE, job("no job"), "JOB-GET-FOUND"),
        (begin(), job("p1", http=202), job("p1", http=200), "JOB-START-REPLAY"),
        (begin(), Response(402, "INSUFFICIENT_CREDITS"), Response(402, "NO_MONEY"), "JOB-START-DONE"),
        (JOBS, Response(200, data=JobPage((ShownJob("job"),))), Response(200, data=JobPage()), "JOB-LIST-COMPLETE"),
        (LIST, listed("ready", "made"), listed("ready"), "AUD-LIST-COMPLETE"),
        (LIST, listed("ready", "made"), listed("ready", "made", "busy"), "AUD-LIST-GUARD"),
        (LIST, listed("ready", last=False), listed("ready", "busy", last=False), "AUD-LIST-GUARD"),
    ],
)
def test_a_demanded_response_is_allowed_and_a_breaking_one_is_not(
    request_: Request, allowed: Response, refused: Response, broken: str
) -> None:
    assert found(WORLD, request_, allowed) == {}
    assert found(WORLD, request_, refused) == {broken: MUST}
    assert advance(WORLD, request_, refused).states == frozenset()


def test_step_returns_no_state_if_a_sentence_of_the_level_is_violated() -> None:
    (state,) = DELETED
    late = listed("ready", "made")

    assert [broken.requirement for broken in judge(state, LIST, late).violations] == ["AUD-DELETE-EFFECT"]
    assert step(state, LIST, late) == DELETED
    assert step(state, LIST, late, severity=SHOULD) == frozenset()
    assert step(state, get("made"), OK) == frozenset()


def test_a_wrong_success_is_blamed_on_the_certain_ground_alone() -> None:
    request = replace(update("made", name="x"), key="reader")

    assert found(WORLD, request, shown("made", name="y")) == {"AUD-UPDATE-PERMISSION": MUST}


def test_a_broken_should_does_not_hide_a_broken_must() -> None:
    broken = found(WORLD, move("made", "monitor"), shown("made", folder="demand"))

    assert broken == {"AUD-MOVE-COMPATIBLE": SHOULD, "AUD-MOVE-EFFECT": MUST}


def test_a_redirection_is_neither_a_success_nor_a_documented_refusal() -> None:
    assert found(WORLD, delete("ready"), Response(300)) == {"AUD-DELETE-DONE": MUST}


def test_a_violation_has_the_expected_and_the_actual_response() -> None:
    (state,) = WORLD
    (violation,) = judge(state, delete("busy"), OK).violations

    assert (violation.expected, violation.actual) == ("409 AUDIENCE_NOT_READY", "200")


def test_equal_states_are_one_whatever_led_to_them() -> None:
    first = after(AudienceReady("g", "a"), AudienceReady("g", "b"))
    other = after(AudienceReady("g", "b"), AudienceReady("g", "a"))

    assert first == other
    assert first != after(AudienceReady("g", "a"))


def test_operations_and_their_permissions_are_those_of_the_contract() -> None:
    methods = [method for path in contract()["paths"].values() for key, method in path.items() if key != "parameters"]
    documented = {
        (method["operationId"], method["x-required-permission"], method["x-required-permission-printed"] == "page")
        for method in methods
    }
    modelled = {
        (spec.id, spec.permission and spec.permission.wire, bool(spec.permission and spec.permission.printed))
        for spec in operations.OPERATIONS
    }

    assert modelled == documented
