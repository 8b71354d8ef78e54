"""Idempotency keys of starts: the same request is replayed, and another one is not."""

from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import IDEMPOTENCY_KEY, CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.snapshots import listed
from conformance.harness.starts import is_replay, read_job, read_job_status, start, start_alone
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, ProviderState


def check_a_start_with_its_idempotency_key_is_replayed(context: CheckContext) -> None:
    key = context.create_key()
    body, idempotency_key = context.start_body(key), context.fresh_idempotency_key()
    expect, soft = Expectations(context), SoftAssertions()
    earlier, _ = listed(context, operations.LIST_AUDIENCES, key)
    first = start(context, key, body, idempotency_key)
    expect.done("JOB-START-DONE", first)
    job_id = json_at(first, "data", "jobId")

    replayed = start(context, key, body, idempotency_key)
    holds = json_at(replayed, "data", "jobId") == job_id
    with soft:
        expected, exchanges = f"the job {job_id} again", [first, replayed]
        expect.condition("JOB-START-REPLAY-ACTIVE", expected, describe(replayed), exchanges, holds=holds)
    expect_still_hidden(context, key, earlier, first, replayed)

    changed = start(context, key, {**body, "maxResults": 1, "name": "another request"}, idempotency_key)
    with soft:
        expect_not_replayed(context, changed, first)
    with soft:
        expect_completed_is_replayed(context, key, body, idempotency_key, first)
        if isinstance(context.states, HttpStates):  # elsewhere the account group may hold what others made
            expect_replayed_without_audience(context, key, body, idempotency_key, first)
    with soft:
        expect_own_jobs(context, key, {**body, "maxResults": 7}, idempotency_key, first)
    soft.raise_first()


def expect_still_hidden(context: CheckContext, key: Key, earlier: set[str], *starts: Exchange) -> None:
    """Expect the list to show nothing new while the only job of the account group is active, also after a replay."""
    ids, pages = listed(context, operations.LIST_AUDIENCES, key)
    status, read = read_job_status(context, key, str(json_at(starts[0], "data", "jobId")))
    if status in ACTIVE_STATUSES:  # which audience a job populates is not documented
        expected, actual, holds = "no new audience: the job is active", str(sorted(ids - earlier)), ids <= earlier
        exchanges = [*starts, *pages, read]
        Expectations(context).condition("AUD-LIST-CONSISTENT", expected, actual, exchanges, holds=holds)


def expect_own_jobs(
    context: CheckContext,
    key: Key,
    body: Any,  # noqa: ANN401  (JSON)
    idempotency_key: RequestOptions,
    first: Exchange,
) -> None:
    """Expect another request with another idempotency key to be no replay, though the keys differ late, or in case."""
    (used,) = idempotency_key.headers.values()
    late = used[:-1] + ("0" if used[-1] != "0" else "1")
    different = {late: "JOB-START-NEW"}
    if used.upper() != used:  # a target may take keys for UUIDs, whose case says nothing
        different[used.upper()] = "JOB-START-CONSISTENT"
    answered = {
        requirement_id: start_alone(context, key, body, RequestOptions({IDEMPOTENCY_KEY: other}))
        for other, requirement_id in different.items()
    }
    unrelated = start_alone(context, key, body)
    job_id, expect = json_at(first, "data", "jobId"), Expectations(context)
    for requirement_id, exchange in [*sorted(answered.items()), ("JOB-START-NEW", unrelated)]:
        is_replay_of_first = exchange.status in SUCCESS and json_at(exchange, "data", "jobId") == job_id
        is_taken_for_first = exchange.status == 409 and unrelated.status in SUCCESS
        expected, exchanges = f"not the job {job_id}: its key is another", [first, exchange, unrelated]
        holds = not is_replay_of_first and not is_taken_for_first
        expect.condition(requirement_id, expected, describe(exchange), exchanges, holds=holds)


def expect_replayed_without_audience(
    context: CheckContext,
    key: Key,
    body: Any,  # noqa: ANN401  (JSON)
    idempotency_key: RequestOptions,
    first: Exchange,
) -> None:
    """Expect a completed job to be replayed although everything in its account group was deleted (inferred)."""
    deleted = [
        context.call(operations.DELETE_AUDIENCE, key, audience)
        for audience in sorted(listed(context, operations.LIST_AUDIENCES, key)[0])
    ]
    replayed = start(context, key, body, idempotency_key)
    job_id = json_at(first, "data", "jobId")
    is_other_job = replayed.status in SUCCESS and json_at(replayed, "data", "jobId") != job_id
    expected, exchanges = f"no other job than {job_id}", [first, *deleted, replayed]
    Expectations(context).condition(
        "JOB-START-CONSISTENT", expected, describe(replayed), exchanges, holds=not is_other_job
    )


def expect_not_replayed(context: CheckContext, changed: Exchange, first: Exchange) -> None:
    """Expect another request with the same idempotency key to be refused, or to start a job of its own."""
    is_other_job = changed.status in SUCCESS and json_at(changed, "data", "jobId") != json_at(first, "data", "jobId")
    expected = "a conflict, or a job of its own: the request is another"
    holds = changed.status in {400, 409} or is_other_job
    Expectations(context).condition("JOB-START-CONSISTENT", expected, describe(changed), [first, changed], holds=holds)


def expect_completed_is_replayed(
    context: CheckContext,
    key: Key,
    body: Any,  # noqa: ANN401  (JSON)
    idempotency_key: RequestOptions,
    first: Exchange,
) -> None:
    """Expect a completed job to be replayed: 'Existing completed prospecting job replayed'."""
    job_id = str(json_at(first, "data", "jobId"))
    context.states.setup(ProviderState.PROSPECTING_ENDED, jobId=job_id, outcome="completed")
    expect = Expectations(context)

    for _ in range(3):
        replayed = start(context, key, body, idempotency_key)
        exchanges = [first, replayed]
        expected, holds = f"200 and the job {job_id}", is_replay(replayed, job_id)
        expect.condition("JOB-START-REPLAY", expected, describe(replayed), exchanges, holds=holds)
        created_at, replayed_at = (json_at(exchange, "data", "createdAt") for exchange in exchanges)
        holds = created_at == replayed_at
        expect.condition("JOB-START-CONSISTENT", str(created_at), str(replayed_at), exchanges, holds=holds)


def check_an_idempotency_key_starts_nothing_in_another_account_group(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    body, idempotency_key = context.start_body(key), context.fresh_idempotency_key()
    first = start(context, key, body, idempotency_key)

    second = start(context, other, body, idempotency_key)

    if first.status not in SUCCESS or second.status not in SUCCESS:  # the scope of an idempotency key is not printed
        raise NotEstablishedError(f"the target does not start two jobs with one idempotency key: {describe(second)}")
    first_id, second_id = (json_at(exchange, "data", "jobId") for exchange in (first, second))
    polled = read_job(context, other, str(second_id))
    expect, expected, holds = Expectations(context), f"not the job {first_id}", first_id != second_id
    expect.status("JOB-START-SCOPE", polled, {200}, first, second)
    expect.condition("JOB-START-SCOPE", expected, str(second_id), [first, second], holds=holds)
