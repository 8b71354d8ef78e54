"""Prospecting jobs: started, replayed, followed, filtered, cancelled."""

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
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, ProviderState

LOOKED_AT = 12
REQUIRED = {
    "linkedin_search": ("searchUrl",),
    "sales_navigator": ("savedSearchId", "leadListId"),
    "post_commenters": ("postUrl",),
}


def start(context: CheckContext, key: Key, body: Any, extras: RequestOptions | None = None) -> Exchange:  # noqa: ANN401  (JSON)
    """Start a job, with a fresh idempotency key if nothing else is said."""
    return context.call(operations.START_JOB, key, body=body, options=extras or context.fresh_idempotency_key())


def jobs_of(context: CheckContext, key: Key) -> set[str]:
    """The jobs that are listed."""
    return {str(one.get("jobId")) for one in read_all_pages(context, operations.LIST_JOBS, key)[0]}


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_a_started_job_can_be_polled_and_listed(context: CheckContext, source: str) -> None:
    key = context.create_key()
    earlier = {str(context.populated_audience(key).job)}
    expect = Expectations(context, operations.START_JOB)

    started = start(context, key, context.start_body(key, source), RequestOptions())

    if started.status in {400, 422}:
        started = start(context, key, context.start_body(key, source))
    if started.status in {400, 409, 422}:
        raise NotEstablishedError(f"a start with the source {source} was refused: {describe(started)}")
    expect.status("ACCEPTED", started, {202})
    job = str(json_at(started, "data", "jobId"))
    expect.expect("NEW", f"none of {earlier}", job, [started], holds=job not in earlier)
    polled = context.call(operations.GET_JOB, key, job)
    expect.status("ACCEPTED", polled, {200}, started)
    shown = json_at(polled, "data", "jobId")
    Expectations(context, operations.GET_JOB).expect("CURRENT", job, str(shown), [started, polled], holds=shown == job)
    at_once, finally_ = eventually(context, lambda: job in jobs_of(context, key))
    listing = Expectations(context, operations.LIST_JOBS)
    listing.expect("CURRENT", f"the job {job}", "it is not listed", [started], holds=finally_)
    listing.expect("CONSISTENT", f"the job {job}, at once", "it was not listed", [started], holds=at_once)


def check_a_start_with_its_idempotency_key_is_replayed(context: CheckContext) -> None:
    key = context.create_key()
    body, once = context.start_body(key), context.fresh_idempotency_key()
    expect, attempts = Expectations(context, operations.START_JOB), SoftAssertions()
    first = start(context, key, body, once)
    expect.done(first)
    job = json_at(first, "data", "jobId")

    again = start(context, key, body, once)
    same = json_at(again, "data", "jobId") == job
    with attempts:
        expect.expect("REPLAY-ACTIVE", f"the job {job} again", describe(again), [first, again], holds=same)

    other = start(context, key, {**body, "maxResults": 1, "name": "another request"}, once)
    conflict = other.status == 409 or (other.status in SUCCESS and json_at(other, "data", "jobId") != job)
    expected = "a conflict, or a job of its own: the request is another"
    with attempts:
        holds = conflict or other.status == 400
        expect.expect("CONSISTENT", expected, describe(other), [first, other], holds=holds)
    unrelated = start(context, key, body)
    fresh = unrelated.status not in SUCCESS or json_at(unrelated, "data", "jobId") != job
    with attempts:
        expected = f"not the job {job}: its key is another"
        expect.expect("NEW", expected, describe(unrelated), [first, unrelated], holds=fresh)
    with attempts:
        expect_completed_is_replayed(context, key, body, once, first)
    attempts.raise_first()


def expect_completed_is_replayed(
    context: CheckContext,
    key: Key,
    body: Any,  # noqa: ANN401  (JSON)
    once: RequestOptions,
    first: Exchange,
) -> None:
    """Note whether a job that has completed is replayed: 'Existing completed prospecting job replayed'."""
    job = str(json_at(first, "data", "jobId"))
    context.states.setup(ProviderState.PROSPECTING_ENDED, jobId=job, outcome="completed")
    expect = Expectations(context, operations.START_JOB)

    for _ in range(3):
        again = start(context, key, body, once)
        shown = json_at(again, "data", "jobId")
        holds = again.status == 200 and shown == job
        expect.expect("REPLAY", f"200 and the job {job}", describe(again), [first, again], holds=holds)
        created, replayed = (json_at(one, "data", "createdAt") for one in (first, again))
        expect.expect("CONSISTENT", str(created), str(replayed), [first, again], holds=created == replayed)


def check_an_idempotency_key_starts_nothing_in_another_account_group(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    body, once = context.start_body(key), context.fresh_idempotency_key()
    first = start(context, key, body, once)

    second = start(context, other, body, once)

    if first.status not in SUCCESS or second.status not in SUCCESS:
        message = f"the target starts no two jobs so: {describe(second)}"  # how far such a key reaches is not printed
        raise NotEstablishedError(message)
    expect = Expectations(context, operations.START_JOB)
    here, there = (json_at(one, "data", "jobId") for one in (second, first))
    polled = context.call(operations.GET_JOB, other, str(here))
    expect.status("SCOPE", polled, {200}, first, second)
    expect.expect("SCOPE", f"not the job {there}", str(here), [first, second], holds=here != there)


@pytest.mark.parametrize("source", REQUIRED)
def check_a_source_needs_what_it_requires(context: CheckContext, source: str) -> None:
    key = context.create_key()
    body = context.start_body(key, source)
    named = [name for name in REQUIRED[source] if name in body]
    if start(context, key, body).status not in SUCCESS or not named:
        raise NotEstablishedError(f"the target accepts no start with the source {source}")
    jobs = jobs_of(context, key)

    refused = start(context, key, {name: value for name, value in body.items() if name not in named})

    expect = Expectations(context, operations.START_JOB)
    expect.status("VALID", refused, {400, 422})
    expect.expect("REFUSED", f"the jobs {jobs}", str(now := jobs_of(context, key)), [refused], holds=now <= jobs)


def upload(context: CheckContext, key: Key) -> tuple[dict[str, Any], str]:
    """A start with the source url_upload, which has been taken once, and the member that has its URLs."""
    body = context.start_body(key, "url_upload")
    lists = [name for name, value in body.items() if isinstance(value, list)]
    if start(context, key, body).status not in SUCCESS or len(lists) != 1:
        raise NotEstablishedError("the target accepts no start with the source url_upload")
    return body, lists[0]


@pytest.mark.parametrize("count", [0, 1001])
def check_an_upload_needs_its_urls(context: CheckContext, count: int) -> None:
    key = context.create_key()
    body, urls_of = upload(context, key)
    urls = [f"https://www.linkedin.com/in/example-{number}" for number in range(count)]

    refused = start(context, key, {**body, urls_of: urls})

    Expectations(context, operations.START_JOB).status("VALID", refused, {400, 422})


def check_an_upload_takes_as_many_urls_as_it_may_have_and_profiles_alone(context: CheckContext) -> None:
    key = context.create_key()
    body, urls_of = upload(context, key)
    expect = Expectations(context, operations.START_JOB)
    known = body[urls_of]
    urls = [f"https://www.linkedin.com/in/example-{number}" for number in range(1000)]
    elsewhere = ["https://example.com/in/someone"]

    if isinstance(context.states, HttpStates):  # elsewhere it may have to be paid for
        taken = start(context, key, {**body, urls_of: urls})
        holds = taken.status not in {400, 422}
        expect.expect("VALID", "1000 LinkedIn profile URLs are taken", describe(taken), [taken], holds=holds)
    refused = start(context, key, {**body, urls_of: elsewhere})
    mixed = start(context, key, {**body, urls_of: [*known, *elsewhere]})

    expect.status("VALID", refused, {400, 422})
    holds = mixed.status in {400, 422}
    expected = "a refusal: one is no LinkedIn profile URL (whether all have to be is inferred)"
    expect.expect("CONSISTENT", expected, describe(mixed), [mixed], holds=holds)


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_without_credits_no_job_is_started(context: CheckContext, source: str) -> None:
    key = context.create_key()
    body, jobs = context.start_body(key, source), jobs_of(context, key)
    if source != "linkedin_search" and start(context, context.create_key(), body).status not in SUCCESS:
        raise NotEstablishedError(f"the target accepts no start with the source {source}")
    context.states.setup(ProviderState.CREDITS_EXHAUSTED, apiKey=key.token)

    refused = start(context, key, body)

    expect = Expectations(context, operations.START_JOB)
    expect.status("CREDITS", refused, {402})
    code = json_at(refused, "error", "code")
    holds = code == "INSUFFICIENT_CREDITS"
    expect.expect("CREDITS", "INSUFFICIENT_CREDITS", str(code), [refused], holds=holds)
    expect.expect("REFUSED", f"the jobs {jobs}", str(now := jobs_of(context, key)), [refused], holds=now == jobs)
    context.states.teardown(ProviderState.CREDITS_EXHAUSTED, apiKey=key.token)
    later = start(context, key, body)
    expect.done(later, refused)


def check_what_has_ended_by_itself_has_ended(context: CheckContext, started_jobs: list[Exchange]) -> None:
    mine, keys = context.create_key(), set[tuple[str, ...]]()
    started = start(context, mine, context.start_body(mine))
    if started.status in SUCCESS:
        job = str(json_at(started, "data", "jobId"))
        eventually(context, lambda: status_of(context, mine, job)[0] in OUTCOMES)
        started_jobs = [started, *started_jobs]
    for first in started_jobs[:LOOKED_AT]:
        group, job = unquote(first.url.rsplit("/", 2)[1]), str(json_at(first, "data", "jobId"))
        key = context.create_key(accountGroupId=group)
        status, read = status_of(context, key, job)
        if status not in {"completed", "failed"}:
            continue  # when a job ends is not printed

        refused = context.call(operations.CANCEL_JOB, key, job)

        expect = Expectations(context, operations.CANCEL_JOB)
        expect.status("CANCELABLE", refused, {422}, read)
        after, shown = status_of(context, key, job)
        expect.expect("REFUSED", status, str(after), [read, refused, shown], holds=after == status)
        once = {name: value for name, value in first.request_headers if name.lower() == "idempotency-key"}
        if status == "completed" and once and (place := (group, *once.values())) not in keys:
            keys.add(place)
            expect_replayed(context, group, first, once)


def expect_replayed(context: CheckContext, group: str, first: Exchange, once: dict[str, str]) -> None:
    """Note whether the start of a job that has completed is replayed to whoever has started it."""
    token = next(value.partition(" ")[2] for name, value in first.request_headers if name.lower() == "authorization")
    extras = RequestOptions({**once, "Content-Type": "application/json"}, content=first.request_body)
    again = context.call(operations.START_JOB, Key(token, group), options=extras)
    if again.status == 401:
        return  # the key was revoked meanwhile
    job = json_at(first, "data", "jobId")
    holds = again.status == 200 and json_at(again, "data", "jobId") == job
    expect = Expectations(context, operations.START_JOB)
    expect.expect("REPLAY", f"200 and the job {job}", describe(again), [first, again], holds=holds)


def status_of(context: CheckContext, key: Key, job: str) -> tuple[str | None, Exchange]:
    """What the target says of a job."""
    exchange = context.call(operations.GET_JOB, key, job)
    return json_at(exchange, "data", "status"), exchange


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_the_status_of_a_job_is_current(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)
    expect_status(context, key, audience, set(ACTIVE_STATUSES))

    context.end_job(audience, outcome)

    expect_status(context, key, audience, {outcome})


def expect_status(context: CheckContext, key: Key, audience: Audience, statuses: set[str]) -> None:
    """Note whether a job has one of some statuses: as it is read at once, as it is listed within two seconds."""
    expected = " or ".join(sorted(statuses))
    for _ in range(3):
        status, exchange = status_of(context, key, str(audience.job))
        expect = Expectations(context, operations.GET_JOB)
        expect.expect("CURRENT", expected, str(status), [exchange], holds=status in statuses)
    shown: list[Any] = []
    seen: list[Exchange] = []

    def is_so() -> bool:
        jobs, seen[:] = read_all_pages(context, operations.LIST_JOBS, key)
        shown[:] = [one.get("status") for one in jobs if one.get("jobId") == audience.job]
        return len(shown) == 1 and shown[0] in statuses

    holds = eventually(context, is_so)[1]
    Expectations(context, operations.LIST_JOBS).expect("CURRENT", expected, str(shown), seen, holds=holds)


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("outcome", OUTCOMES)
def check_jobs_are_filtered_by_status(context: CheckContext, outcome: str, limit: int | None) -> None:
    key = context.create_key()
    ended, others = set[str](), set[str]()
    for _ in range(3):  # in turn, so that a page of one item goes on past others
        others.add(str(context.populated_audience(key).job))
        audience = context.populated_audience(key)
        context.end_job(audience, outcome)
        ended.add(str(audience.job))
    call = ApiRequest(operations.LIST_JOBS, key.token, key.group, options=RequestOptions(query=f"?status={outcome}"))
    if context.client.send(call).status == 400:
        raise NotEstablishedError("the target refuses the filter")

    shown, pages = read_all_pages(context, operations.LIST_JOBS, key, limit=limit, status=outcome)

    ids = {str(one.get("jobId")) for one in shown}
    expected = f"{sorted(ended)}, and none of {sorted(others)}"
    holds = ended <= ids and not others & ids
    Expectations(context, operations.LIST_JOBS).expect("FILTER", expected, str(sorted(ids)), pages, holds=holds)


@pytest.mark.parametrize("outcome", ["completed", "failed"])
@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_only_active_jobs_can_be_cancelled(context: CheckContext, job_status: str, outcome: str) -> None:
    key = context.create_key()
    active, ended = context.populated_audience(key, job_status), context.populated_audience(key, job_status)
    neighbour = context.populated_audience(key, job_status)
    context.end_job(ended, outcome)
    expect, attempts = Expectations(context, operations.CANCEL_JOB), SoftAssertions()

    cancelled = context.call(operations.CANCEL_JOB, key, str(active.job))
    with attempts:
        expect.status("CANCELABLE", cancelled, {200})
    with attempts:
        expect.done(cancelled)
    attempts.raise_first()
    for read in (json_at(cancelled, "data", "status"), status_of(context, key, str(active.job))[0]):
        expect.expect("EFFECT", "cancelled", str(read), [cancelled], holds=read == "cancelled")

    for _ in range(3):
        refused = context.call(operations.CANCEL_JOB, key, str(ended.job))
        expect.status("CANCELABLE", refused, {422})
        code = json_at(refused, "error", "code")
        expect.expect("CANCELABLE", "VALIDATION_ERROR", str(code), [refused], holds=code == "VALIDATION_ERROR")
    status, exchange = status_of(context, key, str(neighbour.job))
    expect.expect("ONLY", "queued or running", str(status), [cancelled, exchange], holds=status in ACTIVE_STATUSES)
    status, exchange = status_of(context, key, str(ended.job))
    expect.expect("REFUSED", outcome, str(status), [refused, exchange], holds=status == outcome)


def check_each_cancellation_has_its_effect(context: CheckContext) -> None:
    key = context.create_key()
    expect = Expectations(context, operations.CANCEL_JOB)

    for _ in range(context.share_of_repeats(2)):
        job = str(context.populated_audience(key).job)
        cancelled = context.call(operations.CANCEL_JOB, key, job)
        expect.done(cancelled)
        status, read = status_of(context, key, job)
        expect.expect("EFFECT", "cancelled", str(status), [cancelled, read], holds=status == "cancelled")


@pytest.mark.parametrize("job_status", ACTIVE_STATUSES)
def check_what_a_cancelled_job_populated_is_released(context: CheckContext, job_status: str) -> None:
    key = context.create_key()
    audience = context.populated_audience(key, job_status)

    cancelled = context.call(operations.CANCEL_JOB, key, str(audience.job))

    released = context.call(operations.GET_AUDIENCE, key, audience.id)
    holds = released.status != 409
    expect = Expectations(context, operations.CANCEL_JOB)
    expect.expect("RELEASES", "no 409 any more", describe(released), [cancelled, released], holds=holds)
    if released.status == 200:
        at_last = eventually(context, lambda: audience.id in listed(context, operations.LIST_AUDIENCES, key)[0])[1]
        shown, exchanges = listed(context, operations.LIST_AUDIENCES, key)
        expect.expect("RELEASES", f"{audience.id} is listed", str(shown), [cancelled, *exchanges], holds=at_last)
