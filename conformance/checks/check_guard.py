"""The guard through a job's life: at every operation that it protects, and in the lists that it hides from."""

from dataclasses import replace
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations, contradictory_refusal, describe, expectations_of
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

UNGUARDED = {
    operations.MOVE_TO_FOLDER: frozenset({422}),
    operations.REMOVE_FROM_FOLDER: frozenset({400, 404, 422}),
}
"""Refusals of other kinds: which types go together, and leaving no folder, are not documented; nor what comes first."""

ADDED = (
    RequestOptions({"Idempotency-Key": "once"}),
    RequestOptions({"X-HTTP-Method-Override": "GET"}),
    RequestOptions(query="?force=true"),
    RequestOptions({"Idempotency-Key": "twice"}, "?force=true&cascade=1"),
    RequestOptions({"If-Match": "*", "Prefer": "respond-async"}),
)

PAGED = tuple(RequestOptions(query=f"?limit={limit}") for limit in (1, 10, 100))
FORCED = RequestOptions({"Content-Type": "application/json"}, content=b'{"force": true}')


def asked(context: CheckContext, operation: OperationSpec, key: Key, audience: Audience) -> ApiRequest:
    """The operation on an audience: nothing but the guard stands against it."""
    call = ApiRequest(operation, key.token, audience.group, audience.id)
    if operation is operations.UPDATE_AUDIENCE:
        return ApiRequest(operation, key.token, audience.group, audience.id, {"name": f"refused {audience.id}"})
    if operation is operations.MOVE_TO_FOLDER:
        return ApiRequest(operation, key.token, audience.group, audience.id, {"folderId": context.create_folder(key)})
    return call


def expect_guard(expect: Expectations, audience: Audience, refused: Exchange) -> None:
    """Note whether the guard has answered."""
    expected = f"409, since by the target's own word the active job {audience.job} populates it"
    expect.expect("GUARD", expected, describe(refused), [refused], holds=refused.status == 409)
    code = json_at(refused, "error", "code")
    expect.expect("GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [refused], holds=code == "AUDIENCE_NOT_READY")


@for_each_operation(operations.GUARDED)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_the_guard_holds_through_the_life_of_a_job(
    context: CheckContext, operation: OperationSpec, job_status: str, outcome: str
) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)
    call = asked(context, operation, key, audience)
    expect = expectations_of(context, call)

    times = context.share_of_repeats(6)
    answers = context.client.send_in_parallel([partial(context.client.send, call)] * times)
    colleagues = context.keys_of_same_group(key, operation.permission.wire if operation.permission else "")
    answers += [context.client.send(replace(call, key=other.token)) for other in colleagues]
    lie = contradictory_refusal(answers) if operation is operations.DELETE_AUDIENCE else None
    if lie is not None:
        expect.status("GUARD-KEEPS", lie[1], {409}, lie[0])
    others = UNGUARDED.get(operation, frozenset[int]())
    for refused in answers:
        if refused.status not in others:
            expect_guard(expect, audience, refused)

    context.end_job(audience, outcome)
    if is_removed(context, key, audience, job_status, outcome):
        raise NotEstablishedError(f"the target removes what a {outcome} job populated")
    expect_kept(context, call, key, refused)
    after = context.client.send(call)
    expect.status("GUARD-ENDS", after, SUCCESS | others, refused)
    expect_guarded_unless_refused_anyway(expect, audience, answers, after, others)


def expect_guarded_unless_refused_anyway(
    expect: Expectations, audience: Audience, answers: list[Exchange], after: Exchange, others: frozenset[int]
) -> None:
    """Note of other refusals than the guard's whether it is what they hide; NotEstablishedError if they come anyway."""
    for refused in answers:
        if refused.status not in others:
            continue
        if after.status in others:
            raise NotEstablishedError(
                f"it is refused with and without a job that populates the audience: {describe(after)}"
            )
        expect_guard(expect, audience, refused)


def is_removed(context: CheckContext, key: Key, audience: Audience, job_status: str, outcome: str) -> bool:
    """Whether the target removes what a job populated that failed or was cancelled: nothing forbids it."""
    if outcome == "completed" or context.call(operations.GET_AUDIENCE, key, audience.id).status != 404:
        return False
    untouched = context.populated_audience(key, job_status)
    context.end_job(untouched, outcome)
    return context.call(operations.GET_AUDIENCE, key, untouched.id).status == 404


def expect_kept(context: CheckContext, call: ApiRequest, key: Key, refused: Exchange) -> None:
    """Note whether what was refused has no effect now that the job has ended."""
    if call.operation in {operations.GET_AUDIENCE, operations.LIST_PROSPECTS, operations.REMOVE_FROM_FOLDER}:
        return
    shown = context.call(operations.GET_AUDIENCE, key, call.resource_id)
    expect = expectations_of(context, call)
    if shown.status == 404:
        expect.status("GUARD-KEEPS", shown, {200}, refused)
    for name, refused_value in (call.body or {}).items():
        seen = json_at(shown, "data", name)
        expected = f"{name} not {refused_value!r}: that was refused"
        expect.expect("GUARD-KEEPS", expected, f"{name} {seen!r}", [refused, shown], holds=seen != refused_value)
    expect.passed("GUARD-KEEPS")


def check_no_request_opens_the_guard_for_another(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)
    calls = [asked(context, operation, key, audience) for operation in operations.GUARDED] * 3
    context.random.shuffle(calls)

    for call in calls:
        refused = context.client.send(call)
        if refused.status in UNGUARDED.get(call.operation, frozenset()):
            expectations_of(context, call).refusal("GUARD", refused)
        else:
            expect_guard(expectations_of(context, call), audience, refused)


@for_each_operation(operations.GUARDED)
def check_nothing_a_client_adds_gets_past_any_guard(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)
    call = asked(context, operation, key, audience)
    reading = operation in {operations.GET_AUDIENCE, operations.LIST_PROSPECTS}

    paged = PAGED if operation is operations.LIST_PROSPECTS else ()
    for extras in (*ADDED, *paged, *([] if reading or call.body else [FORCED])):
        refused = context.client.send(ApiRequest(operation, key.token, call.group, call.resource_id, call.body, extras))
        expectations_of(context, call).refusal("GUARD", refused)


def expect_hidden(context: CheckContext, operation: OperationSpec, key: Key, audience: Audience) -> None:
    """Look for an audience that is being populated: at once, and where it is there, within two seconds."""
    expect = expectations_of(context, ApiRequest(operation))
    seen: list[Exchange] = []

    def is_hidden() -> bool:
        shown, exchanges = listed(context, operation, key)
        seen[:] = exchanges
        return audience.id not in shown

    at_once, finally_ = eventually(context, is_hidden)
    expected = f"not {audience.id}, which the active job {audience.job} populates"
    expect.expect("GUARD", expected, f"{audience.id} is there", seen, holds=finally_)
    expect.expect("CONSISTENT", f"{expected}, at once", f"{audience.id} was there", seen, holds=at_once)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_what_a_started_job_populates_is_hidden(context: CheckContext, operation: OperationSpec, source: str) -> None:
    key = context.create_key()
    known, _ = listed(context, operation, key)
    job = context.start_job(key, source)
    expect = Expectations(context, operation)

    at_once, _ = eventually(context, lambda: listed(context, operation, key)[0] <= known)

    shown, exchanges = listed(context, operation, key)
    news = sorted(shown - known)
    seen = [*exchanges, *(context.call(operations.GET_AUDIENCE, key, one) for one in news)]
    status = context.call(operations.GET_JOB, key, job)
    if json_at(status, "data", "status") not in ACTIVE_STATUSES:
        return  # it has ended meanwhile
    guarded = [one for one in seen if json_at(one, "error", "code") == "AUDIENCE_NOT_READY"]
    expected = "nothing that GET refuses with AUDIENCE_NOT_READY"
    expect.expect("GUARD", expected, f"{len(guarded)} such audiences", [*seen, status], holds=not guarded)
    # Which audience a job populates is not documented.
    expected = f"no new audience: {job} is active, and the only job"
    expect.expect("CONSISTENT", expected, str(news), [*seen, status], holds=at_once and not news)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_a_populated_audience_is_hidden_until_its_job_ends(
    context: CheckContext, operation: OperationSpec, job_status: str, outcome: str
) -> None:
    key = context.create_key()
    earlier = context.ready_audience(key)
    audience = context.populated_audience(key, job_status)
    later = context.ready_audience(key)

    for _ in range(5):
        expect_hidden(context, operation, key, audience)
    for one in (earlier, later):
        expect_shown(context, operation, key, one.id)
    if operation is operations.LIST_AUDIENCES:
        expect_pages_to_go_on(context, key, {earlier.id, later.id})

    context.end_job(audience, outcome)
    ready = context.call(operations.GET_AUDIENCE, key, audience.id)
    if ready.status != 200:
        raise NotEstablishedError(
            f"after the job has ended ({outcome}) the target answers {ready.status} for what it populated"
        )
    expect_shown(context, operation, key, audience.id, ready)


def expect_shown(context: CheckContext, operation: OperationSpec, key: Key, audience: str, *before: Exchange) -> None:
    """Note whether an audience that is ready is in the list: within two seconds, and at once."""
    expect = expectations_of(context, ApiRequest(operation))
    seen: list[Exchange] = []

    def is_shown() -> bool:
        shown, exchanges = listed(context, operation, key)
        seen[:] = [*before, *exchanges]
        return audience in shown

    at_once, finally_ = eventually(context, is_shown)
    expect.expect("COMPLETE", f"{audience}, which is ready", f"{audience} is not there", seen, holds=finally_)
    expect.expect("CONSISTENT", f"{audience}, at once", f"{audience} was not there", seen, holds=at_once)


def expect_pages_to_go_on(context: CheckContext, key: Key, wanted: set[str]) -> None:
    """Note whether pages of one item reach all that is ready, past what is hidden."""
    try:
        found, pages = read_all_pages(context, operations.LIST_AUDIENCES, key, limit=1)
    except NotEstablishedError:
        return  # pages of one item are refused: which sizes are allowed is not printed
    ids = [one.get("id") for one in found]
    expect = Expectations(context, operations.LIST_AUDIENCES)
    expect.expect("COMPLETE", f"all of {sorted(wanted)}, page by page", str(ids), pages, holds=wanted <= set(ids))
