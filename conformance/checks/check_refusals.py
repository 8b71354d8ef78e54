"""What is invalid, too much or has failed is answered as documented, and a refusal has changed nothing."""

from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext
from conformance.harness.expectations import describe, expectations_of
from conformance.harness.parametrization import for_each_operation
from conformance.harness.unchanged import expect_unchanged, snapshot_before
from conformance.harness.valid_requests import valid_request
from conformance.states import NotEstablishedError, ProviderState

NAMED_AND_TYPED: list[Any] = [{}, {"name": "no type"}, {"name": 1}, {"name": None}, {"name": ["x"]}, [], "x", 1]
INVALID: dict[OperationSpec, list[Any]] = {
    operations.CREATE_AUDIENCE: [
        *NAMED_AND_TYPED,
        {"type": "on_demand"},
        {"name": "x", "type": "weekly"},
        {"name": 1, "type": "on_demand"},
        {"name": "x", "type": "on_demand", "description": 1},
    ],
    operations.UPDATE_AUDIENCE: [
        {},
        {"colour": "red"},
        {"name": 1},
        {"description": 1},
        {"name": "x", "description": 1},
        {"name": ["x"]},
        [],
        "x",
    ],
    operations.CREATE_FOLDER: [
        *NAMED_AND_TYPED,
        {"audienceType": "on_demand"},
        {"name": "x", "audienceType": "weekly"},
        {"name": 1, "audienceType": "on_demand"},
    ],
    operations.RENAME_FOLDER: [{}, {"name": 1}, {"name": ["x"]}, [], "x"],
    operations.MOVE_TO_FOLDER: [{}, {"folderId": 1}, {"folderId": ["x"]}, [], "x"],
}
NO_JSON = (b"", b"{", b'{"name": "x"', b"\xff\xfe", b"name=x&type=on_demand&audienceType=on_demand")
QUERIES = tuple(
    f"?{one}" for one in ("limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=1000000", "cursor=x", "cursor=")
)
REFUSED = frozenset({400, 422})
UNPARSED = frozenset({400, 411, 415, 422})
JSON = {"Content-Type": "application/json"}


@for_each_operation(INVALID)
def check_an_invalid_body_is_refused(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    was = snapshot_before(context, call, key)
    expect = expectations_of(context, call)

    for body in INVALID[operation]:
        refused = context.client.send(ApiRequest(operation, key.token, call.group, call.resource_id, body))
        expect.status("VALID", refused, REFUSED)
    for content in NO_JSON:
        extras = RequestOptions(JSON, content=content)
        refused = context.client.send(ApiRequest(operation, key.token, call.group, call.resource_id, options=extras))
        expect.status("VALID", refused, UNPARSED)

    expect_unchanged(context, was, call, key, refused)


@for_each_operation([operations.CREATE_AUDIENCE, operations.UPDATE_AUDIENCE, operations.CREATE_FOLDER])
def check_a_doubtful_body_changes_nothing_where_it_is_refused(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)

    for name in (" ", "", "\x00", "a" * 300, "a" * 2_000, "a" * 100_000):
        was = snapshot_before(context, call, key)
        answer = context.client.send(
            ApiRequest(operation, key.token, call.group, call.resource_id, {**call.body, "name": name})
        )
        failed = answer.status is not None and answer.status >= 500
        expectations_of(context, call).expect(
            "CONSISTENT", "no server error", describe(answer), [answer], holds=not failed
        )
        if answer.status in range(400, 500):  # nothing says that it must be
            expect_unchanged(context, was, call, key, answer)


@for_each_operation([operations.LIST_AUDIENCES, operations.LIST_PROSPECTS, operations.LIST_JOBS])
def check_a_doubtful_query_is_answered_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    for query in QUERIES:
        answer = context.client.send(
            ApiRequest(operation, key.token, call.group, call.resource_id, options=RequestOptions(query=query))
        )
        expectations_of(context, call).status("ROW-OTHER", answer, {200, 400})


@for_each_operation(operations.OPERATIONS)
def check_past_the_rate_limit_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    was = snapshot_before(context, call, key)
    context.states.setup(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)

    refused = context.client.send(call, limited=True)

    context.states.teardown(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)
    if refused.status != 429:
        raise NotEstablishedError(f"the rate limit was said to be exhausted, but the target answered {refused.status}")
    expect_unchanged(context, was, call, key, refused)


@for_each_operation(operations.OPERATIONS)
def check_an_internal_failure_is_answered_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    context.states.setup(ProviderState.SERVER_FAILING, apiKey=key.token, times=1)

    failed = context.client.send(call)

    context.states.teardown(ProviderState.SERVER_FAILING, apiKey=key.token)
    if failed.status != 500:
        raise NotEstablishedError(f"the server was said to fail, but answered {failed.status}")
