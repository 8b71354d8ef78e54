"""Audiences that are being populated, hidden from the list and the navigation until their jobs end."""

from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

LOOKS, NEIGHBOURS = 5, 2


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
