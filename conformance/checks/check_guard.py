"""The guard, at every operation that it concerns."""

from dataclasses import replace
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import IDEMPOTENCY_KEY, Audience, CheckContext
from conformance.harness.expectations import Expectations, contradictory_refusal, describe
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.valid_requests import guarded_request
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

UNGUARDED = {
    operations.MOVE_TO_FOLDER: frozenset({422}),
    operations.REMOVE_FROM_FOLDER: frozenset({400, 404, 422}),
}
"""Refusals for other reasons: compatible types, leaving no folder, and the order of rules are not documented."""
ADDED = (
    RequestOptions({IDEMPOTENCY_KEY: ""}),
    RequestOptions(query="?force=true"),
    RequestOptions({IDEMPOTENCY_KEY: ""}, "?force=true&cascade=1"),
    RequestOptions({"If-Match": "*", "Prefer": "respond-async"}),
)
PAGED = tuple(RequestOptions(query=f"?limit={limit}") for limit in (1, 10, 100))
FORCED = RequestOptions({"Content-Type": "application/json"}, content=b'{"force": true}')


def expect_guard(context: CheckContext, operation: OperationSpec, audience: Audience, refused: Exchange) -> None:
    """Expect the guard's status and error code."""
    expect = Expectations(context)
    expect.announced(operation.requirement("GUARD"), refused, 409, f"the active job {audience.job} populates it")
    code = json_at(refused, "error", "code")
    holds = code == "AUDIENCE_NOT_READY"
    expect.condition(operation.requirement("GUARD-CODE"), "AUDIENCE_NOT_READY", str(code), [refused], holds=holds)


@for_each_operation(operations.GUARDED)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_the_guard_holds_through_the_life_of_a_job(
    context: CheckContext, operation: OperationSpec, job_status: str, outcome: str
) -> None:
    key = context.create_key()
    audience, other_one = (context.populated_audience(key, job_status) for _ in range(2))
    request = guarded_request(context, operation, key, audience)
    unguarded = UNGUARDED.get(operation, frozenset[int]())

    refusals = send_repeatedly(context, request, key)
    expect_no_contradiction(context, operation, refusals)
    for refused in refusals:
        if refused.status not in unguarded:
            expect_guard(context, operation, audience, refused)

    context.end_job(audience, outcome)
    still = context.client.send(replace(request, resource_id=other_one.id))
    if still.status not in unguarded:
        expect_guard(context, operation, other_one, still)
    if is_removed(context, key, audience, job_status, outcome):
        raise NotEstablishedError(f"the target removes the audience of a {outcome} job")
    expect_no_late_effect(context, request, key, refusals[-1])
    after = context.client.send(request)
    Expectations(context).status(operation.requirement("GUARD-ENDS"), after, SUCCESS | unguarded, refusals[-1])
    expect_guarded_unless_refused_anyway(context, operation, audience, refusals, after)


def send_repeatedly(context: CheckContext, request: ApiRequest, key: Key) -> list[Exchange]:
    """Send a request many times with its key, and once with each further key of the account group."""
    permission = request.operation.permission
    others = context.keys_of_same_group(key, permission.wire if permission else "")
    requests = [request] * context.share_of_repeats(6) + [replace(request, key=other.token) for other in others]
    return context.client.send_in_parallel([partial(context.client.send, one) for one in requests])


def expect_no_contradiction(context: CheckContext, operation: OperationSpec, refusals: list[Exchange]) -> None:
    """Expect that no refused deletion was carried out."""
    contradiction = contradictory_refusal(refusals) if operation is operations.DELETE_AUDIENCE else None
    if contradiction is not None:
        refused, not_found = contradiction
        Expectations(context).status("AUD-DELETE-GUARD-KEEPS", not_found, {409}, refused)


def expect_guarded_unless_refused_anyway(
    context: CheckContext, operation: OperationSpec, audience: Audience, refusals: list[Exchange], after: Exchange
) -> None:
    """Expect the guard behind each refusal for another reason, unless that reason also holds without a job.

    Raises:
        NotEstablishedError: The request is refused for the other reason after the job as well.
        ViolationError: The guard did not refuse the request.
    """
    unguarded = UNGUARDED.get(operation, frozenset[int]())
    for refused in refusals:
        if refused.status not in unguarded:
            continue
        if after.status in unguarded:
            raise NotEstablishedError(
                f"the request is refused with and without a job that populates the audience: {describe(after)}"
            )
        expect_guard(context, operation, audience, refused)


def is_removed(context: CheckContext, key: Key, audience: Audience, job_status: str, outcome: str) -> bool:
    """Whether the target removes the audience of a failed or cancelled job, which nothing forbids."""
    if outcome == "completed" or context.call(operations.GET_AUDIENCE, key, audience.id).status != 404:
        return False
    untouched = context.populated_audience(key, job_status)
    context.end_job(untouched, outcome)
    return context.call(operations.GET_AUDIENCE, key, untouched.id).status == 404


def expect_no_late_effect(context: CheckContext, request: ApiRequest, key: Key, refused: Exchange) -> None:
    """Expect that a refused request has no effect after the job has ended."""
    operation = request.operation
    if operation in {operations.GET_AUDIENCE, operations.LIST_PROSPECTS, operations.REMOVE_FROM_FOLDER}:
        return
    audience = context.call(operations.GET_AUDIENCE, key, request.resource_id)
    expect, requirement_id = Expectations(context), operation.requirement("GUARD-KEEPS")
    if audience.status == 404:
        expect.status(requirement_id, audience, {200}, refused)
    for name, refused_value in (request.body or {}).items():
        value = json_at(audience, "data", name)
        expected = f"{name} not {refused_value!r}: that was refused"
        holds = value != refused_value
        expect.condition(requirement_id, expected, f"{name} {value!r}", [refused, audience], holds=holds)
    context.ledger.passed(requirement_id)


def check_no_request_opens_the_guard_for_another(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)
    requests = [guarded_request(context, operation, key, audience) for operation in operations.GUARDED] * 3
    context.random.shuffle(requests)

    for request in requests:
        refused = context.client.send(request)
        if refused.status in UNGUARDED.get(request.operation, frozenset()):
            Expectations(context).refusal(request.operation.requirement("GUARD"), refused)
        else:
            expect_guard(context, request.operation, audience, refused)


@for_each_operation(operations.GUARDED)
def check_nothing_a_client_adds_gets_past_any_guard(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)
    request = guarded_request(context, operation, key, audience)
    reads = operation in {operations.GET_AUDIENCE, operations.LIST_PROSPECTS}

    paged = PAGED if operation is operations.LIST_PROSPECTS else ()
    for extras in (*ADDED, *paged, *([] if reads or request.body else [FORCED])):
        refused = context.client.send(replace(request, options=context.with_fresh_idempotency_key(extras)))
        Expectations(context).refusal(operation.requirement("GUARD"), refused)
