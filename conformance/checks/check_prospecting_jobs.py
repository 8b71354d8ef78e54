"""Prospecting jobs as they are shown: ended by themselves, read, listed, filtered."""

from typing import Any
from urllib.parse import unquote

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually, read_all_pages
from conformance.harness.starts import is_replay, read_job_status, start
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError

EXAMINED_JOBS = 12


def check_what_has_ended_by_itself_has_ended(context: CheckContext, started_jobs: list[Exchange]) -> None:
    own_key, replayed = context.create_key(), set[tuple[str, ...]]()
    started = start(context, own_key, context.start_body(own_key))
    if started.status in SUCCESS:
        own_job = str(json_at(started, "data", "jobId"))
        eventually(context, lambda: read_job_status(context, own_key, own_job)[0] in OUTCOMES)
        started_jobs = [started, *started_jobs]
    groups = [unquote(first.url.rsplit("/", 2)[1]) for first in started_jobs]
    existing = [pair for pair in zip(groups, started_jobs, strict=True) if context.states.has_account_group(pair[0])]
    for group, first in existing[:EXAMINED_JOBS]:
        job_id = str(json_at(first, "data", "jobId"))
        key = context.create_key(accountGroupId=group)
        status, read_before = read_job_status(context, key, job_id)
        if status not in {"completed", "failed"}:
            continue  # when a job ends is not printed

        refused = context.call(operations.CANCEL_JOB, key, job_id)

        expect = Expectations(context)
        expect.status("JOB-CANCEL-CANCELABLE", refused, {422}, read_before)
        after, read_after = read_job_status(context, key, job_id)
        exchanges = [read_before, refused, read_after]
        expect.condition("JOB-CANCEL-REFUSED", status, str(after), exchanges, holds=after == status)
        keys = {name: value for name, value in first.request_headers if name.lower() == "idempotency-key"}
        if status == "completed" and keys and (scope := (group, *keys.values())) not in replayed:
            replayed.add(scope)
            expect_replayed(context, group, first, keys)


def expect_replayed(context: CheckContext, group: str, first: Exchange, idempotency_key: dict[str, str]) -> None:
    """Expect a repeated start to be answered with the job that has completed.

    Args:
        context: The context of the check.
        group: The account group of the job.
        first: The start request, which is repeated with its own API key.
        idempotency_key: The header with its idempotency key.

    Raises:
        ViolationError: The response is another.
    """
    token = next(value.partition(" ")[2] for name, value in first.request_headers if name.lower() == "authorization")
    extras = RequestOptions({**idempotency_key, "Content-Type": "application/json"}, content=first.request_body)
    repeated = context.call(operations.START_JOB, Key(token, group), options=extras)
    if repeated.status == 401:
        return  # the key was revoked meanwhile
    job_id = json_at(first, "data", "jobId")
    expected, exchanges, holds = f"200 and the job {job_id}", [first, repeated], is_replay(repeated, job_id)
    Expectations(context).condition("JOB-START-REPLAY", expected, describe(repeated), exchanges, holds=holds)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_the_status_of_a_job_is_current(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)
    expect_job_status(context, key, audience, set(ACTIVE_STATUSES))

    context.end_job(audience, outcome)

    expect_job_status(context, key, audience, {outcome})


def expect_job_status(context: CheckContext, key: Key, audience: Audience, statuses: set[str]) -> None:
    """Expect a job to have one of some statuses: read at once, and listed within the settling time."""
    expect, expected = Expectations(context), " or ".join(sorted(statuses))
    for _ in range(3):
        status, exchange = read_job_status(context, key, str(audience.job))
        expect.condition("JOB-GET-CURRENT", expected, str(status), [exchange], holds=status in statuses)
    shown: list[Any] = []
    pages: list[Exchange] = []

    def is_listed() -> bool:
        jobs, pages[:] = read_all_pages(context, operations.LIST_JOBS, key)
        shown[:] = [job.get("status") for job in jobs if job.get("jobId") == audience.job]
        return len(shown) == 1 and shown[0] in statuses

    in_time = eventually(context, is_listed)[1]
    expect.condition("JOB-LIST-CURRENT", expected, str(shown), pages, holds=in_time)


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("outcome", OUTCOMES)
def check_jobs_are_filtered_by_status(context: CheckContext, outcome: str, limit: int | None) -> None:
    key = context.create_key()
    ended, active = set[str](), set[str]()
    for _ in range(3):  # in turn, so that a page of one item goes on past others
        active.add(str(context.populated_audience(key).job))
        audience = context.populated_audience(key)
        context.end_job(audience, outcome)
        ended.add(str(audience.job))
    options = RequestOptions(query=f"?status={outcome}")
    if context.client.send(ApiRequest(operations.LIST_JOBS, key.token, key.group, options=options)).status == 400:
        raise NotEstablishedError("the target refuses the filter")

    ids: set[str] = set()
    pages: list[Exchange] = []

    def are_filtered() -> bool:
        jobs, pages[:] = read_all_pages(context, operations.LIST_JOBS, key, limit=limit, status=outcome)
        ids.clear()
        ids.update(str(job.get("jobId")) for job in jobs)
        return ended <= ids and not active & ids

    eventually(context, are_filtered)
    expected = f"{sorted(ended)}, and none of {sorted(active)}"
    holds = ended <= ids and not active & ids
    Expectations(context).condition("JOB-LIST-FILTER", expected, str(sorted(ids)), pages, holds=holds)
