"""Starts of prospecting jobs: accepted, refused as invalid, refused without credits."""

from typing import Any

import pytest

from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually
from conformance.harness.starts import listed_jobs, read_job, start, start_alone
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, ProviderState

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
