"""The life of prospecting jobs: started, replayed, read, listed, filtered, cancelled."""

from typing import Any
from urllib.parse import unquote

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import Audience, CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.harness.starts import is_replay, listed_jobs, read_job, read_job_status, start, start_alone
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, ProviderState

EXAMINED_JOBS = 12
REQUIRED = {
    "linkedin_search": ("searchUrl",),
    "sales_navigator": ("savedSearchId", "leadListId"),
    "post_commenters": ("postUrl",),
}
"""For each source, the members of which a start request needs at least one."""


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_a_started_job_can_be_polled_and_listed(context: CheckContext, source: str) -> None:
    key = context.create_key()
    earlier = {str(context.populated_audience(key).job)}
    expect = Expectations(context)

    started = start_alone(context, key, context.start_body(key, source), RequestOptions())

    if started.status in {400, 422}:
        started = start_alone(context, key, context.start_body(key, source))
    if started.status in {400, 409, 422}:
        raise NotEstablishedError(f"a start with the source {source} was refused: {describe(started)}")
    expect.status("JOB-START-ACCEPTED", started, {202})
    job_id = str(json_at(started, "data", "jobId"))
    expect.condition("JOB-START-NEW", f"none of {earlier}", job_id, [started], holds=job_id not in earlier)
    polled = read_job(context, key, job_id)
    expect.status("JOB-START-ACCEPTED", polled, {200}, started)
    shown = json_at(polled, "data", "jobId")
    expect.condition("JOB-GET-CURRENT", job_id, str(shown), [started, polled], holds=shown == job_id)
    at_once, in_time = eventually(context, lambda: job_id in listed_jobs(context, key))
    expected = f"the job {job_id}"
    expect.condition("JOB-LIST-CURRENT", expected, "it is not listed", [started], holds=in_time)
    expect.condition("JOB-LIST-CONSISTENT", f"{expected}, at once", "it was not listed", [started], holds=at_once)


@pytest.mark.parametrize("source", REQUIRED)
def check_a_source_needs_what_it_requires(context: CheckContext, source: str) -> None:
    key = context.create_key()
    body = context.start_body(key, source)
    required = [name for name in REQUIRED[source] if name in body]
    if start(context, key, body).status not in SUCCESS or not required:
        raise NotEstablishedError(f"the target accepts no start with the source {source}")
    before = listed_jobs(context, key)

    refused = start_alone(context, key, {name: value for name, value in body.items() if name not in required})

    expect = Expectations(context)
    expect_invalid(context, refused)
    after = listed_jobs(context, key)
    expect.condition("JOB-START-REFUSED", f"the jobs {before}", str(after), [refused], holds=after <= before)


def expect_invalid(context: CheckContext, refused: Exchange) -> None:
    """Expect a start to be refused as invalid; NotEstablishedError where another rule has refused it before."""
    if refused.status in {402, 409}:
        raise NotEstablishedError(f"another rule refuses every start of the account group: {describe(refused)}")
    Expectations(context).status("JOB-START-VALID", refused, {400, 422})


def accepted_upload(context: CheckContext, key: Key) -> tuple[dict[str, Any], str]:
    """Start a job with the source url_upload; return its body and the name of the member with the URLs."""
    body = context.start_body(key, "url_upload")
    lists = [name for name, value in body.items() if isinstance(value, list)]
    if start(context, key, body).status not in SUCCESS or len(lists) != 1:
        raise NotEstablishedError("the target accepts no start with the source url_upload")
    return body, lists[0]


def profile_urls(count: int) -> list[str]:
    """Return as many different LinkedIn profile URLs."""
    return [f"https://www.linkedin.com/in/example-{number}" for number in range(count)]


@pytest.mark.parametrize("count", [0, 1001])
def check_an_upload_needs_its_urls(context: CheckContext, count: int) -> None:
    key = context.create_key()
    body, urls_name = accepted_upload(context, key)

    refused = start_alone(context, key, {**body, urls_name: profile_urls(count)})

    expect_invalid(context, refused)


def check_an_upload_takes_as_many_urls_as_it_may_have_and_profiles_alone(context: CheckContext) -> None:
    key = context.create_key()
    body, urls_name = accepted_upload(context, key)
    expect = Expectations(context)
    accepted = body[urls_name]
    elsewhere = ["https://example.com/in/someone"]

    if isinstance(context.states, HttpStates):  # elsewhere it may have to be paid for
        largest = start_alone(context, key, {**body, urls_name: profile_urls(1000)})
        expected, holds = "1000 LinkedIn profile URLs are taken", largest.status not in {400, 422}
        expect.condition("JOB-START-VALID", expected, describe(largest), [largest], holds=holds)
    refused = start_alone(context, key, {**body, urls_name: elsewhere})
    mixed = start_alone(context, key, {**body, urls_name: [*accepted, *elsewhere]})

    expect_invalid(context, refused)
    expected = "a refusal: one is no LinkedIn profile URL (whether all have to be is inferred)"
    holds = mixed.status in {400, 422}
    expect.condition("JOB-START-CONSISTENT", expected, describe(mixed), [mixed], holds=holds)


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_without_credits_no_job_is_started(context: CheckContext, source: str) -> None:
    key = context.create_key()
    body, before = context.start_body(key, source), listed_jobs(context, key)
    if source != "linkedin_search" and start(context, context.create_key(), body).status not in SUCCESS:
        raise NotEstablishedError(f"the target accepts no start with the source {source}")
    context.states.setup(ProviderState.CREDITS_EXHAUSTED, apiKey=key.token)

    refused = start(context, key, body)

    expect = Expectations(context)
    expect.announced("JOB-START-CREDITS", refused, 402, ProviderState.CREDITS_EXHAUSTED)
    code = json_at(refused, "error", "code")
    holds = code == "INSUFFICIENT_CREDITS"
    expect.condition("JOB-START-CREDITS", "INSUFFICIENT_CREDITS", str(code), [refused], holds=holds)
    after = listed_jobs(context, key)
    expect.condition("JOB-START-REFUSED", f"the jobs {before}", str(after), [refused], holds=after == before)
    context.states.teardown(ProviderState.CREDITS_EXHAUSTED, apiKey=key.token)
    expect.done("JOB-START-DONE", start(context, key, body), refused)


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


@pytest.mark.parametrize("outcome", ["completed", "failed"])
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_only_active_jobs_can_be_cancelled(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    active, ended = context.populated_audience(key, job_status), context.populated_audience(key, job_status)
    neighbour = context.populated_audience(key, job_status)
    context.end_job(ended, outcome)
    expect, soft = Expectations(context), SoftAssertions()

    cancelled = context.call(operations.CANCEL_JOB, key, str(active.job))
    with soft:
        expect.status("JOB-CANCEL-CANCELABLE", cancelled, {200})
    with soft:
        expect.done("JOB-CANCEL-DONE", cancelled)
    soft.raise_first()
    status = json_at(cancelled, "data", "status")
    expect.condition("JOB-CANCEL-EFFECT", "cancelled", str(status), [cancelled], holds=status == "cancelled")
    expect_cancelled(context, key, str(active.job), cancelled)

    for _ in range(3):
        refused = context.call(operations.CANCEL_JOB, key, str(ended.job))
        expect_not_cancelable(context, refused)
    status, read = read_job_status(context, key, str(neighbour.job))
    holds = status in ACTIVE_STATUSES
    expect.condition("JOB-CANCEL-ONLY", "queued or running", str(status), [cancelled, read], holds=holds)
    status, read = read_job_status(context, key, str(ended.job))
    expect.condition("JOB-CANCEL-REFUSED", outcome, str(status), [refused, read], holds=status == outcome)


def expect_not_cancelable(context: CheckContext, refused: Exchange) -> None:
    """Expect the status and the error code of a job that is not active."""
    expect, code = Expectations(context), json_at(refused, "error", "code")
    expect.status("JOB-CANCEL-CANCELABLE", refused, {422})
    holds = code == "VALIDATION_ERROR"
    expect.condition("JOB-CANCEL-CANCELABLE", "VALIDATION_ERROR", str(code), [refused], holds=holds)


def check_each_cancellation_has_its_effect(context: CheckContext) -> None:
    key = context.create_key()
    expect = Expectations(context)

    for _ in range(context.share_of_repeats(2)):
        job_id = str(context.populated_audience(key).job)
        cancelled = context.call(operations.CANCEL_JOB, key, job_id)
        expect.done("JOB-CANCEL-DONE", cancelled)
        expect_cancelled(context, key, job_id, cancelled)


def expect_cancelled(context: CheckContext, key: Key, job_id: str, cancelled: Exchange) -> None:
    """Expect a job to be shown as cancelled, at once or within the settling time."""
    read = read_job(context, key, job_id, "cancelled")
    status = json_at(read, "data", "status")
    holds = status == "cancelled"
    Expectations(context).condition("JOB-CANCEL-EFFECT", "cancelled", str(status), [cancelled, read], holds=holds)


def check_a_started_job_can_be_cancelled(context: CheckContext) -> None:
    key = context.create_key()
    started = start(context, key, context.start_body(key))
    job_id = str(json_at(started, "data", "jobId"))
    if started.status not in SUCCESS:
        raise NotEstablishedError(f"no job could be started: {describe(started)}")
    eventually(context, lambda: read_job_status(context, key, job_id)[0] is not None)

    cancelled = context.call(operations.CANCEL_JOB, key, job_id)

    if cancelled.status not in SUCCESS and read_job_status(context, key, job_id)[0] not in ACTIVE_STATUSES:
        raise NotEstablishedError("the job has ended by itself")  # when a job ends is not printed
    expect = Expectations(context)
    expect.status("JOB-CANCEL-CANCELABLE", cancelled, {200}, started)
    read: list[Exchange] = []

    def is_cancelled() -> bool:
        status, exchange = read_job_status(context, key, job_id)
        read[:] = [exchange]
        return status == "cancelled"

    in_time, exchanges = eventually(context, is_cancelled)[1], [started, cancelled, *read]
    expect.condition("JOB-CANCEL-EFFECT", "cancelled", describe(read[0]), exchanges, holds=in_time)


@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_what_a_cancelled_job_populated_is_released(context: CheckContext, job_status: str) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)

    cancelled = context.call(operations.CANCEL_JOB, key, str(audience.job))

    read = read_until(
        context,
        lambda: context.call(operations.GET_AUDIENCE, key, audience.id),
        lambda reading: reading.status != 409,
    )
    expect, requirement_id, exchanges = Expectations(context), "JOB-CANCEL-RELEASES", [cancelled, read]
    expect.condition(requirement_id, "no 409 any more", describe(read), exchanges, holds=read.status != 409)
    if read.status == 200:
        in_time = eventually(context, lambda: audience.id in listed(context, operations.LIST_AUDIENCES, key)[0])[1]
        ids, pages = listed(context, operations.LIST_AUDIENCES, key)
        expect.condition(requirement_id, f"{audience.id} is listed", str(ids), [cancelled, *pages], holds=in_time)
