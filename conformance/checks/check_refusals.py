"""What is invalid, too much or has failed is answered as documented, and a refusal has changed nothing."""

from typing import Any

import pytest

from conformance.client.client import Call, Extras
from conformance.harness.context import Situation
from conformance.harness.expectations import described, expecting
from conformance.harness.operations import EVERY, each
from conformance.harness.unchanged import before, expect_unchanged
from conformance.harness.valid_requests import scene
from conformance.model import OperationId
from conformance.states import NotEstablishedError

pytestmark = pytest.mark.profile("audiences")

NAMED_AND_TYPED: list[Any] = [{}, {"name": "no type"}, {"name": 1}, {"name": None}, {"name": ["x"]}, [], "x", 1]
INVALID: dict[OperationId, list[Any]] = {
    OperationId.CREATE_AUDIENCE: [
        *NAMED_AND_TYPED,
        {"type": "on_demand"},
        {"name": "x", "type": "weekly"},
        {"name": 1, "type": "on_demand"},
        {"name": "x", "type": "on_demand", "description": 1},
    ],
    OperationId.UPDATE_AUDIENCE: [
        {},
        {"colour": "red"},
        {"name": 1},
        {"description": 1},
        {"name": "x", "description": 1},
        {"name": ["x"]},
        [],
        "x",
    ],
    OperationId.CREATE_FOLDER: [
        *NAMED_AND_TYPED,
        {"audienceType": "on_demand"},
        {"name": "x", "audienceType": "weekly"},
        {"name": 1, "audienceType": "on_demand"},
    ],
    OperationId.RENAME_FOLDER: [{}, {"name": 1}, {"name": ["x"]}, [], "x"],
    OperationId.MOVE_TO_FOLDER: [{}, {"folderId": 1}, {"folderId": ["x"]}, [], "x"],
}
NO_JSON = (b"", b"{", b'{"name": "x"', b"\xff\xfe", b"name=x&type=on_demand&audienceType=on_demand")
QUERIES = tuple(
    f"?{one}" for one in ("limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=1000000", "cursor=x", "cursor=")
)
REFUSED = frozenset({400, 422})
UNPARSED = frozenset({400, 411, 415, 422})
JSON = {"Content-Type": "application/json"}


@each(INVALID)
def check_an_invalid_body_is_refused(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    was = before(situation, call, key)
    expect = expecting(situation, call)

    for body in INVALID[operation]:
        refused = situation.client.send(Call(operation, key.token, call.group, call.target, body))
        expect.status("VALID", refused, REFUSED)
    for content in NO_JSON:
        extras = Extras(JSON, content=content)
        refused = situation.client.send(Call(operation, key.token, call.group, call.target, extras=extras))
        expect.status("VALID", refused, UNPARSED)

    expect_unchanged(situation, was, call, key, refused)


@each([OperationId.CREATE_AUDIENCE, OperationId.UPDATE_AUDIENCE, OperationId.CREATE_FOLDER])
def check_a_doubtful_body_changes_nothing_where_it_is_refused(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)

    for name in (" ", "", "\x00", "a" * 300, "a" * 2_000, "a" * 100_000):
        was = before(situation, call, key)
        answer = situation.client.send(Call(operation, key.token, call.group, call.target, {**call.body, "name": name}))
        failed = answer.status is not None and answer.status >= 500
        expecting(situation, call).that("CONSISTENT", "no server error", described(answer), [answer], holds=not failed)
        if answer.status in range(400, 500):  # nothing says that it must be
            expect_unchanged(situation, was, call, key, answer)


@each([OperationId.LIST_AUDIENCES, OperationId.LIST_PROSPECTS, OperationId.LIST_JOBS])
def check_a_doubtful_query_is_answered_as_documented(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    for query in QUERIES:
        answer = situation.client.send(Call(operation, key.token, call.group, call.target, extras=Extras(query=query)))
        expecting(situation, call).status("ROW-OTHER", answer, {200, 400})


@each(EVERY)
def check_past_the_rate_limit_nothing_is_done(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    was = before(situation, call, key)
    situation.states.setup("the rate limit is exhausted", apiKey=key.token)

    refused = situation.client.send(call, limited=True)

    situation.states.teardown("the rate limit is exhausted", apiKey=key.token)
    if refused.status != 429:
        message = f"the rate limit was said to be exhausted, but the target answered {refused.status}"
        raise NotEstablishedError(message)
    expect_unchanged(situation, was, call, key, refused)


@each(EVERY)
def check_an_internal_failure_is_answered_as_documented(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    situation.states.setup("the server fails internally", apiKey=key.token, times=1)

    failed = situation.client.send(call)

    situation.states.teardown("the server fails internally", apiKey=key.token)
    if failed.status != 500:
        message = f"the server was said to fail, but answered {failed.status}"
        raise NotEstablishedError(message)
