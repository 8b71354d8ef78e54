"""The guard throughout a job, at every operation that it protects, and in the lists that hide the audience."""

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
from conformance.harness.snapshots import eventually, listed, read_all_pages
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
LOOKS, NEIGHBOURS = 5, 2
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


def expect_hidden(context: CheckContext, operation: OperationSpec, key: Key, audience: Audience) -> None:
    """Expect a list not to show an audience that is being populated: within the settling time, and at once."""
    exchanges: list[Exchange] = []

    def is_hidden() -> bool:
        ids, exchanges[:] = listed(context, operation, key)
        return audience.id not in ids

    at_once, in_time = eventually(context, is_hidden)
    expect, expected = Expectations(context), f"not {audience.id}, which the active job {audience.job} populates"
    expect.condition(operation.requirement("GUARD"), expected, f"{audience.id} is there", exchanges, holds=in_time)
    expected, actual = f"{expected}, at once", f"{audience.id} was there"
    expect.condition(operation.requirement("CONSISTENT"), expected, actual, exchanges, holds=at_once)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_what_a_started_job_populates_is_hidden(context: CheckContext, operation: OperationSpec, source: str) -> None:
    key = context.create_key()
    earlier, _ = listed(context, operation, key)
    idempotency_key = context.fresh_idempotency_key()
    job_id = context.start_job(key, source, idempotency_key)
    context.call(operations.START_JOB, key, body=context.start_body(key, source), options=idempotency_key)

    new_ids: list[str] = []
    exchanges: list[Exchange] = []

    def is_hidden() -> bool:
        ids, exchanges[:] = listed(context, operation, key)
        new_ids[:] = sorted(ids - earlier)
        return not new_ids

    at_once, _ = eventually(context, is_hidden)
    exchanges += [context.call(operations.GET_AUDIENCE, key, audience_id) for audience_id in new_ids]
    job = context.call(operations.GET_JOB, key, job_id)
    if json_at(job, "data", "status") not in ACTIVE_STATUSES:
        return  # it has ended meanwhile
    evidence, expect = [*exchanges, job], Expectations(context)
    guarded = [exchange for exchange in exchanges if json_at(exchange, "error", "code") == "AUDIENCE_NOT_READY"]
    expected, actual = "nothing that GET refuses with AUDIENCE_NOT_READY", f"{len(guarded)} such audiences"
    expect.condition(operation.requirement("GUARD"), expected, actual, evidence, holds=not guarded)
    # Which audience a job populates is not documented.
    expected, holds = f"no new audience: {job_id} is active, and the only job", at_once and not new_ids
    expect.condition(operation.requirement("CONSISTENT"), expected, str(new_ids), evidence, holds=holds)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_a_populated_audience_is_hidden_until_its_job_ends(
    context: CheckContext, operation: OperationSpec, job_status: str, outcome: str
) -> None:
    key = context.create_key()
    earlier = [context.ready_audience(key) for _ in range(NEIGHBOURS)]
    audience = context.populated_audience(key, job_status)
    ready = {one.id for one in [*earlier, *(context.ready_audience(key) for _ in range(NEIGHBOURS))]}

    context.client.send_in_parallel([partial(expect_hidden, context, operation, key, audience)] * LOOKS)
    expect_listed(context, operation, key, ready)
    if operation is operations.LIST_AUDIENCES and outcome == OUTCOMES[0]:
        expect_pages_to_go_on(context, key, ready, audience)

    context.end_job(audience, outcome)
    released = context.call(operations.GET_AUDIENCE, key, audience.id)
    if released.status != 200:
        raise NotEstablishedError(
            f"after the job has ended ({outcome}), the target answers {released.status} for its audience"
        )
    expect_listed(context, operation, key, {audience.id}, released)


def expect_listed(
    context: CheckContext, operation: OperationSpec, key: Key, wanted: set[str], *before: Exchange
) -> None:
    """Expect a list to show audiences that are ready: within the settling time, and at once."""
    evidence: list[Exchange] = []
    missing: list[str] = []

    def are_listed() -> bool:
        ids, exchanges = listed(context, operation, key)
        evidence[:], missing[:] = [*before, *exchanges], sorted(wanted - ids)
        return not missing

    at_once, in_time = eventually(context, are_listed)
    expect, expected, actual = Expectations(context), f"all that is ready: {sorted(wanted)}", f"{missing} are not there"
    expect.condition(operation.requirement("COMPLETE"), expected, actual, evidence, holds=in_time)
    expected, actual = f"{expected}, at once", "not all were there"
    expect.condition(operation.requirement("CONSISTENT"), expected, actual, evidence, holds=at_once)


def expect_pages_to_go_on(context: CheckContext, key: Key, ready: set[str], hidden: Audience) -> None:
    """Expect pages of one item to show every ready audience, and none of them the hidden one."""
    ids: list[str] = []
    pages: list[Exchange] = []

    def are_right() -> bool:
        audiences, pages[:] = read_all_pages(context, operations.LIST_AUDIENCES, key, limit=1)
        ids[:] = [str(audience.get("id")) for audience in audiences]
        return ready <= set(ids) and hidden.id not in ids

    try:
        eventually(context, are_right)
    except NotEstablishedError:
        return  # pages of one item are refused: which sizes are allowed is not printed
    expect, expected = Expectations(context), f"all of {sorted(ready)}, page by page"
    expect.condition("AUD-LIST-COMPLETE", expected, str(ids), pages, holds=ready <= set(ids))
    expected = f"not {hidden.id} on any page: the active job {hidden.job} populates it"
    expect.condition("AUD-LIST-GUARD", expected, str(ids), pages, holds=hidden.id not in ids)
