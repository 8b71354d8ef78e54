"""The page "Delete an audience", sentence by sentence, but for its other refusals than those of the guard."""

from functools import partial

import pytest

from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.deletion import ADDED, PERMISSION, delete, expect_still_there, repetitions
from conformance.harness.deletions import Deletions
from conformance.harness.expectations import Expectations, contradictory_refusal
from conformance.harness.group_keys import keys_of_groups
from conformance.harness.key import Key
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError, ProviderState

CLIENTS = 8


def expect_guard(context: CheckContext, audience: Audience, exchange: Exchange) -> None:
    """Expect the guard to refuse the deletion of an audience that is being populated."""
    fact = f"the active job {audience.job} populates it"
    Expectations(context).announced("AUD-DELETE-GUARD", exchange, 409, fact)


def check_a_ready_audience_is_deleted(context: CheckContext) -> None:
    key = context.create_key()
    audiences = [context.ready_audience(key) for _ in range(context.repeats)]
    deletions = [partial(context.delete_audience, audience, key) for audience in audiences]
    expect = Expectations(context)

    deleted = context.client.send_in_parallel(deletions)

    for exchange in deleted:
        expect.status("AUD-DELETE-DONE", exchange, {200})
    repeated = context.client.send_in_parallel(deletions)
    for exchange, before in zip(repeated, deleted, strict=True):
        expect.refusal("AUD-DELETE-EFFECT", exchange, before)


def check_deleting_one_audience_leaves_its_neighbours(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    before, deleted, after, elsewhere = (context.ready_audience(owner) for owner in (key, key, key, other))

    exchange = context.delete_audience(deleted, key)

    expect_still_there(context, "AUD-DELETE-ONLY", before, key, exchange)
    expect_still_there(context, "AUD-DELETE-ONLY", after, key, exchange)
    expect_still_there(context, "AUD-DELETE-ONLY", elsewhere, other, exchange)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_a_populated_audience_is_protected(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    audience, other_one = (context.populated_audience(key, job_status) for _ in range(2))
    expect = Expectations(context)

    deletions = [partial(context.delete_audience, audience, key)] * repetitions(context)
    exchanges = context.client.send_in_parallel(deletions)
    exchanges += [context.delete_audience(audience, other) for other in context.keys_of_same_group(key, PERMISSION)]
    contradiction = contradictory_refusal(exchanges)
    if contradiction is not None:
        refused, not_found = contradiction
        expect.status("AUD-DELETE-GUARD-KEEPS", not_found, {409}, refused)
    for exchange in exchanges:
        expect_guard(context, audience, exchange)
        code = json_at(exchange, "error", "code")
        holds = code == "AUDIENCE_NOT_READY"
        expect.condition("AUD-DELETE-GUARD-CODE", "AUDIENCE_NOT_READY", str(code), [exchange], holds=holds)

    context.end_job(audience, outcome)
    expect_guard(context, other_one, context.delete_audience(other_one, key))
    deleted = context.delete_audience(audience, key)
    if deleted.status == 404 and is_removed_with_its_job(context, key, job_status, outcome):
        raise NotEstablishedError(f"the target removes the audience of a {outcome} job")
    if deleted.status in {200, 404}:  # any other response does not show whether it is still there
        expect.status("AUD-DELETE-GUARD-KEEPS", deleted, {200}, exchanges[-1])
    expect.status("AUD-DELETE-GUARD-ENDS", deleted, {200}, exchanges[-1])


def is_removed_with_its_job(context: CheckContext, key: Key, job_status: str, outcome: str) -> bool:
    """Whether the target removes what a failed or cancelled job populated, which nothing forbids."""
    if outcome == "completed":
        return False
    untouched = context.populated_audience(key, job_status)
    context.end_job(untouched, outcome)
    return context.delete_audience(untouched, key).status == 404


@pytest.mark.parametrize("extras", ADDED, ids=range(len(ADDED)))
def check_nothing_a_client_adds_gets_past_the_guard(context: CheckContext, extras: RequestOptions) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    refused = context.delete_audience(audience, key, context.with_fresh_idempotency_key(extras))

    Expectations(context).refusal("AUD-DELETE-GUARD", refused)


def check_an_idempotency_key_replays_nothing(context: CheckContext) -> None:
    key = context.create_key()
    audience, other = context.ready_audience(key), context.ready_audience(key)
    idempotency_key, expect = context.fresh_idempotency_key(), Expectations(context)
    first = context.delete_audience(audience, key, idempotency_key)
    if first.status == 400:  # a key that is not supported may be refused
        expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, first)
        context.ledger.passed("AUD-DELETE-IDEMPOTENCY")
        return

    second = context.delete_audience(audience, key, idempotency_key)
    elsewhere = context.delete_audience(other, key, idempotency_key)
    later = context.delete_audience(other, key)

    expect.status("AUD-DELETE-IDEMPOTENCY", second, {404}, first)
    if elsewhere.status == 200:
        expect.refusal("AUD-DELETE-IDEMPOTENCY", later, first, elsewhere)


def check_concurrent_deletes(context: CheckContext) -> None:
    key = context.create_key()
    expect = Expectations(context)
    for _ in range(context.share_of_repeats(9)):
        audience = context.ready_audience(key)

        exchanges = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

        later = context.delete_audience(audience, key)
        expect.refusal("AUD-DELETE-EFFECT", later, *exchanges)
        successes = [exchange for exchange in exchanges if exchange.status == 200]
        actual, holds = f"{len(successes)} of {CLIENTS}", len(successes) == 1
        expect.condition("AUD-DELETE-ONCE", "exactly one 200", actual, exchanges, holds=holds)


def check_concurrent_deletes_of_a_populated_audience(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.populated_audience(key)

    exchanges = context.client.send_concurrently([partial(context.delete_audience, audience, key)] * CLIENTS)

    for exchange in exchanges:
        expect_guard(context, audience, exchange)
    context.end_job(audience, "completed")
    expect_still_there(context, "AUD-DELETE-GUARD-KEEPS", audience, key, *exchanges)


def check_when_the_rate_limit_is_exceeded(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)

    refused = context.delete_audience(audience, key, limited=True)

    context.states.teardown(ProviderState.RATE_LIMIT_EXHAUSTED, apiKey=key.token)
    Expectations(context).announced("AUD-DELETE-ROW-429", refused, 429, ProviderState.RATE_LIMIT_EXHAUSTED)
    expect_still_there(context, "AUD-DELETE-REFUSED", audience, key, refused)


def check_when_the_server_fails(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key)
    context.states.setup(ProviderState.SERVER_FAILING, apiKey=key.token, times=1)

    failed = context.delete_audience(audience, key)

    context.states.teardown(ProviderState.SERVER_FAILING, apiKey=key.token)
    Expectations(context).announced("AUD-DELETE-ROW-500", failed, 500, ProviderState.SERVER_FAILING)


def check_what_was_deleted_stays_deleted(context: CheckContext, acknowledged_deletions: Deletions) -> None:
    keys = keys_of_groups(context, acknowledged_deletions)
    expect = Expectations(context)
    for (group, audience_id), deleted in acknowledged_deletions:
        key = keys.get(group)
        if key is None:
            continue  # the account group went with its last key

        later = delete(context, group, audience_id, key.token)

        expect.refusal("AUD-DELETE-EFFECT", later, deleted)
        expect.status("AUD-DELETE-FOUND", later, {404}, deleted)
