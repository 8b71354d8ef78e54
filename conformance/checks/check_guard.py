"""The guard through a job's life: at every operation that it protects, and in the lists that it hides from."""

from dataclasses import replace
from functools import partial

import pytest

from conformance.client.client import Call, Extras
from conformance.client.contract import member
from conformance.harness.context import Audience, Key, Situation
from conformance.harness.expectations import Expecting, belied, described, expecting
from conformance.harness.operations import GUARDED, each
from conformance.harness.snapshots import everything, listed, settled
from conformance.model import OperationId
from conformance.results.verdicts import SUCCESS, Exchange
from conformance.states import NotEstablishedError

pytestmark = pytest.mark.profile("audiences")

OUTCOMES = ("completed", "failed", "cancelled")
JOB_STATUSES = ("queued", "running")
UNGUARDED = {
    OperationId.MOVE_TO_FOLDER: frozenset({422}),
    OperationId.REMOVE_FROM_FOLDER: frozenset({400, 404, 422}),
}
"""Refusals of other kinds: which types go together, and leaving no folder, are not documented; nor what comes first."""

ADDED = (
    Extras({"Idempotency-Key": "once"}),
    Extras({"X-HTTP-Method-Override": "GET"}),
    Extras(query="?force=true"),
    Extras({"Idempotency-Key": "twice"}, "?force=true&cascade=1"),
    Extras({"If-Match": "*", "Prefer": "respond-async"}),
)

PAGED = tuple(Extras(query=f"?limit={limit}") for limit in (1, 10, 100))
FORCED = Extras({"Content-Type": "application/json"}, content=b'{"force": true}')


def asked(situation: Situation, operation: OperationId, key: Key, audience: Audience) -> Call:
    """The operation on an audience: nothing but the guard stands against it."""
    call = Call(operation, key.token, audience.group, audience.id)
    if operation is OperationId.UPDATE_AUDIENCE:
        return Call(operation, key.token, audience.group, audience.id, {"name": f"refused {audience.id}"})
    if operation is OperationId.MOVE_TO_FOLDER:
        return Call(operation, key.token, audience.group, audience.id, {"folderId": situation.folder(key)})
    return call


def expect_guard(expect: Expecting, audience: Audience, refused: Exchange) -> None:
    """Note whether the guard has answered."""
    expected = f"409, since by the target's own word the active job {audience.job} populates it"
    expect.that("GUARD", expected, described(refused), [refused], holds=refused.status == 409)
    code = member(refused, "error", "code")
    expect.that("GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [refused], holds=code == "AUDIENCE_NOT_READY")


@each(GUARDED)
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", JOB_STATUSES)
def check_the_guard_holds_through_the_life_of_a_job(
    situation: Situation, operation: OperationId, job_status: str, outcome: str
) -> None:
    key = situation.key()
    audience = situation.populated(key, job_status)
    call = asked(situation, operation, key, audience)
    expect = expecting(situation, call)

    times = max(1, situation.repeats // 6)
    answers = situation.client.side_by_side([partial(situation.client.send, call)] * times)
    colleagues = situation.colleagues(key, operation.permission.wire if operation.permission else "")
    answers += [situation.client.send(replace(call, key=other.token)) for other in colleagues]
    lie = belied(answers) if operation is OperationId.DELETE_AUDIENCE else None
    if lie is not None:
        expect.status("GUARD-KEEPS", lie[1], {409}, lie[0])
    others = UNGUARDED.get(operation, frozenset[int]())
    for refused in answers:
        if refused.status not in others:
            expect_guard(expect, audience, refused)

    situation.end(audience, outcome)
    if is_removed(situation, key, audience, job_status, outcome):
        message = f"the target removes what a {outcome} job populated"
        raise NotEstablishedError(message)
    expect_kept(situation, call, key, refused)
    after = situation.client.send(call)
    expect.status("GUARD-ENDS", after, SUCCESS | others, refused)
    expect_guarded_unless_refused_anyway(expect, audience, answers, after, others)


def expect_guarded_unless_refused_anyway(
    expect: Expecting, audience: Audience, answers: list[Exchange], after: Exchange, others: frozenset[int]
) -> None:
    """Note of other refusals than the guard's whether it is what they hide; NotEstablishedError if they come anyway."""
    for refused in answers:
        if refused.status not in others:
            continue
        if after.status in others:
            message = f"it is refused with and without a job that populates the audience: {described(after)}"
            raise NotEstablishedError(message)
        expect_guard(expect, audience, refused)


def is_removed(situation: Situation, key: Key, audience: Audience, job_status: str, outcome: str) -> bool:
    """Whether the target removes what a job populated that failed or was cancelled: nothing forbids it."""
    if outcome == "completed" or situation.do(OperationId.GET_AUDIENCE, key, audience.id).status != 404:
        return False
    untouched = situation.populated(key, job_status)
    situation.end(untouched, outcome)
    return situation.do(OperationId.GET_AUDIENCE, key, untouched.id).status == 404


def expect_kept(situation: Situation, call: Call, key: Key, refused: Exchange) -> None:
    """Note whether what was refused has no effect now that the job has ended."""
    if call.operation in {OperationId.GET_AUDIENCE, OperationId.LIST_PROSPECTS, OperationId.REMOVE_FROM_FOLDER}:
        return
    shown = situation.do(OperationId.GET_AUDIENCE, key, call.target)
    expect = expecting(situation, call)
    if shown.status == 404:
        expect.status("GUARD-KEEPS", shown, {200}, refused)
    for name, refused_value in (call.body or {}).items():
        seen = member(shown, "data", name)
        expected = f"{name} not {refused_value!r}: that was refused"
        expect.that("GUARD-KEEPS", expected, f"{name} {seen!r}", [refused, shown], holds=seen != refused_value)
    expect.held("GUARD-KEEPS")


def check_no_request_opens_the_guard_for_another(situation: Situation) -> None:
    key = situation.key()
    audience = situation.populated(key)
    calls = [asked(situation, operation, key, audience) for operation in GUARDED] * 3
    situation.chance.shuffle(calls)

    for call in calls:
        refused = situation.client.send(call)
        if refused.status in UNGUARDED.get(call.operation, frozenset()):
            expecting(situation, call).refusal("GUARD", refused)
        else:
            expect_guard(expecting(situation, call), audience, refused)


@each(GUARDED)
def check_nothing_a_client_adds_gets_past_any_guard(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    audience = situation.populated(key)
    call = asked(situation, operation, key, audience)
    reading = operation in {OperationId.GET_AUDIENCE, OperationId.LIST_PROSPECTS}

    paged = PAGED if operation is OperationId.LIST_PROSPECTS else ()
    for extras in (*ADDED, *paged, *([] if reading or call.body else [FORCED])):
        refused = situation.client.send(Call(operation, key.token, call.group, call.target, call.body, extras))
        expecting(situation, call).refusal("GUARD", refused)


def expect_hidden(situation: Situation, operation: OperationId, key: Key, audience: Audience) -> None:
    """Look for an audience that is being populated: at once, and where it is there, within two seconds."""
    expect = expecting(situation, Call(operation))
    seen: list[Exchange] = []

    def is_hidden() -> bool:
        shown, exchanges = listed(situation, operation, key)
        seen[:] = exchanges
        return audience.id not in shown

    at_once, finally_ = settled(situation, is_hidden)
    expected = f"not {audience.id}, which the active job {audience.job} populates"
    expect.that("GUARD", expected, f"{audience.id} is there", seen, holds=finally_)
    expect.that("CONSISTENT", f"{expected}, at once", f"{audience.id} was there", seen, holds=at_once)


@each([OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION])
@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
@pytest.mark.profile("full")
def check_what_a_started_job_populates_is_hidden(situation: Situation, operation: OperationId, source: str) -> None:
    key = situation.key()
    known, _ = listed(situation, operation, key)
    job = situation.started(key, source)
    expect = Expecting(situation, operation)

    at_once, _ = settled(situation, lambda: listed(situation, operation, key)[0] <= known)

    shown, exchanges = listed(situation, operation, key)
    news = sorted(shown - known)
    seen = [*exchanges, *(situation.do(OperationId.GET_AUDIENCE, key, one) for one in news)]
    status = situation.do(OperationId.GET_JOB, key, job)
    if member(status, "data", "status") not in JOB_STATUSES:
        return  # it has ended meanwhile
    guarded = [one for one in seen if member(one, "error", "code") == "AUDIENCE_NOT_READY"]
    expected = "nothing that GET refuses with AUDIENCE_NOT_READY"
    expect.that("GUARD", expected, f"{len(guarded)} such audiences", [*seen, status], holds=not guarded)
    # Which audience a job populates is not documented.
    expected = f"no new audience: {job} is active, and the only job"
    expect.that("CONSISTENT", expected, str(news), [*seen, status], holds=at_once and not news)


@each([OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION])
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", JOB_STATUSES)
def check_a_populated_audience_is_hidden_until_its_job_ends(
    situation: Situation, operation: OperationId, job_status: str, outcome: str
) -> None:
    key = situation.key()
    earlier = situation.ready(key)
    audience = situation.populated(key, job_status)
    later = situation.ready(key)

    for _ in range(5):
        expect_hidden(situation, operation, key, audience)
    for one in (earlier, later):
        expect_shown(situation, operation, key, one.id)
    if operation is OperationId.LIST_AUDIENCES:
        expect_pages_to_go_on(situation, key, {earlier.id, later.id})

    situation.end(audience, outcome)
    ready = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
    if ready.status != 200:
        message = f"after the job has ended ({outcome}) the target answers {ready.status} for what it populated"
        raise NotEstablishedError(message)
    expect_shown(situation, operation, key, audience.id, ready)


def expect_shown(situation: Situation, operation: OperationId, key: Key, audience: str, *before: Exchange) -> None:
    """Note whether an audience that is ready is in the list: within two seconds, and at once."""
    expect = expecting(situation, Call(operation))
    seen: list[Exchange] = []

    def is_shown() -> bool:
        shown, exchanges = listed(situation, operation, key)
        seen[:] = [*before, *exchanges]
        return audience in shown

    at_once, finally_ = settled(situation, is_shown)
    expect.that("COMPLETE", f"{audience}, which is ready", f"{audience} is not there", seen, holds=finally_)
    expect.that("CONSISTENT", f"{audience}, at once", f"{audience} was not there", seen, holds=at_once)


def expect_pages_to_go_on(situation: Situation, key: Key, wanted: set[str]) -> None:
    """Note whether pages of one item reach all that is ready, past what is hidden."""
    try:
        found, pages = everything(situation, OperationId.LIST_AUDIENCES, key, limit=1)
    except NotEstablishedError:
        return  # pages of one item are refused: which sizes are allowed is not printed
    ids = [one.get("id") for one in found]
    expect = Expecting(situation, OperationId.LIST_AUDIENCES)
    expect.that("COMPLETE", f"all of {sorted(wanted)}, page by page", str(ids), pages, holds=wanted <= set(ids))
