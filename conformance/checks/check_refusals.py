"""Refused and failed requests: answered as documented, and without any effect."""

from dataclasses import replace
from functools import partial
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.group_snapshot import GET, GroupSnapshot, contradictions
from conformance.harness.group_view import agrees_with_itself
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshot_reader import take_snapshot
from conformance.harness.snapshots import eventually
from conformance.harness.unchanged import expect_unchanged, snapshot_before
from conformance.harness.valid_requests import valid_request
from conformance.results.exchange import Exchange
from conformance.states import ProviderState

NAMED_AND_TYPED: list[Any] = [{}, {"name": "no type"}, {"name": 1}, {"name": None}, {"name": ["x"]}, [], "x", 1]
NUMBER_OF_A_FOLDER = {"folderId": 1}
"""A number that a target may read as a text; then there is no such folder."""

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
    operations.MOVE_TO_FOLDER: [{}, NUMBER_OF_A_FOLDER, {"folderId": ["x"]}, [], "x"],
}
NOT_JSON = (b"", b"{", b'{"name": "x"', b"\xff\xfe", b"name=x&type=on_demand&audienceType=on_demand")
QUERIES = ("?limit=0", "?limit=-1", "?limit=x", "?limit=1.5", "?limit=1000000", "?cursor=x", "?cursor=")
REFUSED = frozenset({400, 422})
UNPARSED = frozenset({400, 411, 415, 422})
JSON = {"Content-Type": "application/json"}


@for_each_operation(INVALID)
def check_an_invalid_body_is_refused(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    before = snapshot_before(context, request, key)
    expect, requirement_id = Expectations(context), operation.requirement("VALID")

    for body in INVALID[operation]:
        refused = context.client.send(replace(request, body=body))
        expect.status(requirement_id, refused, REFUSED | ({404} if body == NUMBER_OF_A_FOLDER else set()))
    for content in NOT_JSON:
        options = RequestOptions(JSON, content=content)
        refused = context.client.send(replace(request, body=None, options=options))
        expect.status(requirement_id, refused, UNPARSED)

    expect_unchanged(context, before, request, key, refused)


@for_each_operation([operations.CREATE_AUDIENCE, operations.UPDATE_AUDIENCE, operations.CREATE_FOLDER])
def check_a_doubtful_body_changes_nothing_where_it_is_refused(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    expect, requirement_id = Expectations(context), operation.requirement("CONSISTENT")

    names = (" ", "", "\x00", "a" * 300, "a" * 2_000, "a" * 100_000)
    for named in context.sendable(replace(request, body={**request.body, "name": name}) for name in names):
        before = snapshot_before(context, request, key)
        exchange = context.client.send(named)
        holds = exchange.status is None or exchange.status < 500
        expect.condition(requirement_id, "no server error", describe(exchange), [exchange], holds=holds)
        if exchange.status in range(400, 500):  # nothing says that it must be
            expect_unchanged(context, before, request, key, exchange)
        lists = (operations.LIST_AUDIENCES, operations.GET_NAVIGATION)  # what was taken must not break them
        shown = context.client.send_in_parallel([partial(context.call, listing, key) for listing in lists])
        for listing, page in zip(lists, shown, strict=True):
            expect.done(listing.requirement("DONE"), page, exchange)


@for_each_operation([operations.LIST_AUDIENCES, operations.LIST_PROSPECTS, operations.LIST_JOBS])
def check_a_doubtful_query_is_answered_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)

    queried = [replace(request, options=RequestOptions(query=query)) for query in QUERIES]
    for exchange in context.client.send_in_parallel([partial(context.client.send, one) for one in queried]):
        Expectations(context).status(operation.requirement("ROW-OTHER"), exchange, {200, 400})


@for_each_operation(operations.OPERATIONS)
def check_past_the_rate_limit_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    before = snapshot_before(context, request, key)
    context.states.setup(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)

    refused = context.client.send(request, limited=True)

    context.states.teardown(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)
    requirement_id = operation.requirement("ROW-429")
    Expectations(context).announced(requirement_id, refused, 429, ProviderState.RATE_LIMIT_EXHAUSTED)
    expect_unchanged(context, before, request, key, refused)


@for_each_operation(operations.OPERATIONS)
def check_an_internal_failure_is_answered_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    snapshot_before(context, request, key)
    context.states.setup(ProviderState.SERVER_FAILING, apiKey=key.token, times=1)

    failed = context.client.send(request)

    context.states.teardown(ProviderState.SERVER_FAILING, apiKey=key.token)
    Expectations(context).announced(operation.requirement("ROW-500"), failed, 500, ProviderState.SERVER_FAILING)
    if not operation.only_reads and not context.facts.has_contradictions:
        expect_one_outcome(context, request, key, failed)


def expect_one_outcome(context: CheckContext, request: ApiRequest, key: Key, failed: Exchange) -> None:
    """Expect every place to show the same outcome of a failed request, be it done or not."""
    known = [request.resource_id] if request.operation.resource is Resource.AUDIENCE else []
    snapshots: list[GroupSnapshot] = []

    def agrees() -> bool:
        snapshots.append(take_snapshot(context, key, known))
        return agrees_with_itself(snapshots[-1])

    in_time = eventually(context, agrees)[1]
    expect, requirement_id = Expectations(context), request.operation.requirement("CONSISTENT")
    found = "; ".join(contradictions(snapshots[-1]))[:400]
    evidence = [failed, *dict.fromkeys(snapshots[-1].shown_by.values())]
    expect.condition(requirement_id, "done or not done, in every place", found, evidence, holds=in_time)
    if request.operation is operations.DELETE_AUDIENCE:
        is_there = snapshots[-1].value("audience", request.resource_id, GET, "status") == 200
        deleted = context.client.send(request)
        expected = (
            f"{200 if is_there else 404}: GET found the audience {'' if is_there else 'no more '}after the failure"
        )
        holds = (deleted.status == 200) == is_there
        expect.condition(requirement_id, expected, describe(deleted), [*evidence, deleted], holds=holds)
