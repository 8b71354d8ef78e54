"""Prospecting jobs: started, replayed, followed, filtered, cancelled."""

from typing import Any
from urllib.parse import unquote

import pytest

from conformance.client.client import Call, Extras
from conformance.client.contract import member
from conformance.harness.context import Audience, Key, Situation
from conformance.harness.expectations import Attempts, Expecting, described
from conformance.harness.snapshots import everything, listed, settled
from conformance.model import OperationId
from conformance.results.verdicts import SUCCESS, Exchange
from conformance.states import NotEstablishedError, OverHttp

pytestmark = pytest.mark.profile("full")

ACTIVE = ("queued", "running")
ENDED = ("completed", "failed", "cancelled")
LOOKED_AT = 12
REQUIRED = {
    "linkedin_search": ("searchUrl",),
    "sales_navigator": ("savedSearchId", "leadListId"),
    "post_commenters": ("postUrl",),
}


def start(situation: Situation, key: Key, body: Any, extras: Extras | None = None) -> Exchange:  # noqa: ANN401  (JSON)
    """Start a job, with a fresh idempotency key if nothing else is said."""
    return situation.do(OperationId.START_JOB, key, body=body, extras=extras or situation.once())


def jobs_of(situation: Situation, key: Key) -> set[str]:
    """The jobs that are listed."""
    return {str(one.get("jobId")) for one in everything(situation, OperationId.LIST_JOBS, key)[0]}


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_a_started_job_can_be_polled_and_listed(situation: Situation, source: str) -> None:
    key = situation.key()
    earlier = {str(situation.populated(key).job)}
    expect = Expecting(situation, OperationId.START_JOB)

    started = start(situation, key, situation.prospecting(key, source), Extras())

    if started.status in {400, 422}:
        started = start(situation, key, situation.prospecting(key, source))
    if started.status in {400, 409, 422}:
        message = f"a start with the source {source} was refused: {described(started)}"
        raise NotEstablishedError(message)
    expect.status("ACCEPTED", started, {202})
    job = str(member(started, "data", "jobId"))
    expect.that("NEW", f"none of {earlier}", job, [started], holds=job not in earlier)
    polled = situation.do(OperationId.GET_JOB, key, job)
    expect.status("ACCEPTED", polled, {200}, started)
    shown = member(polled, "data", "jobId")
    Expecting(situation, OperationId.GET_JOB).that("CURRENT", job, str(shown), [started, polled], holds=shown == job)
    at_once, finally_ = settled(situation, lambda: job in jobs_of(situation, key))
    listing = Expecting(situation, OperationId.LIST_JOBS)
    listing.that("CURRENT", f"the job {job}", "it is not listed", [started], holds=finally_)
    listing.that("CONSISTENT", f"the job {job}, at once", "it was not listed", [started], holds=at_once)


def check_a_start_with_its_idempotency_key_is_replayed(situation: Situation) -> None:
    key = situation.key()
    body, once = situation.prospecting(key), situation.once()
    expect, attempts = Expecting(situation, OperationId.START_JOB), Attempts()
    first = start(situation, key, body, once)
    expect.done(first)
    job = member(first, "data", "jobId")

    again = start(situation, key, body, once)
    same = member(again, "data", "jobId") == job
    with attempts:
        expect.that("REPLAY-ACTIVE", f"the job {job} again", described(again), [first, again], holds=same)

    other = start(situation, key, {**body, "maxResults": 1, "name": "another request"}, once)
    conflict = other.status == 409 or (other.status in SUCCESS and member(other, "data", "jobId") != job)
    expected = "a conflict, or a job of its own: the request is another"
    with attempts:
        holds = conflict or other.status == 400
        expect.that("CONSISTENT", expected, described(other), [first, other], holds=holds)
    unrelated = start(situation, key, body)
    fresh = unrelated.status not in SUCCESS or member(unrelated, "data", "jobId") != job
    with attempts:
        expected = f"not the job {job}: its key is another"
        expect.that("NEW", expected, described(unrelated), [first, unrelated], holds=fresh)
    with attempts:
        expect_completed_is_replayed(situation, key, body, once, first)
    attempts.conclude()


def expect_completed_is_replayed(
    situation: Situation,
    key: Key,
    body: Any,  # noqa: ANN401  (JSON)
    once: Extras,
    first: Exchange,
) -> None:
    """Note whether a job that has completed is replayed: 'Existing completed prospecting job replayed'."""
    job = str(member(first, "data", "jobId"))
    situation.states.setup("the prospecting has ended", jobId=job, outcome="completed")
    expect = Expecting(situation, OperationId.START_JOB)

    for _ in range(3):
        again = start(situation, key, body, once)
        shown = member(again, "data", "jobId")
        holds = again.status == 200 and shown == job
        expect.that("REPLAY", f"200 and the job {job}", described(again), [first, again], holds=holds)
        created, replayed = (member(one, "data", "createdAt") for one in (first, again))
        expect.that("CONSISTENT", str(created), str(replayed), [first, again], holds=created == replayed)


def check_an_idempotency_key_starts_nothing_in_another_account_group(situation: Situation) -> None:
    key, other = situation.key(), situation.key()
    body, once = situation.prospecting(key), situation.once()
    first = start(situation, key, body, once)

    second = start(situation, other, body, once)

    if first.status not in SUCCESS or second.status not in SUCCESS:
        message = f"the target starts no two jobs so: {described(second)}"  # how far such a key reaches is not printed
        raise NotEstablishedError(message)
    expect = Expecting(situation, OperationId.START_JOB)
    here, there = (member(one, "data", "jobId") for one in (second, first))
    polled = situation.do(OperationId.GET_JOB, other, str(here))
    expect.status("SCOPE", polled, {200}, first, second)
    expect.that("SCOPE", f"not the job {there}", str(here), [first, second], holds=here != there)


@pytest.mark.parametrize("source", REQUIRED)
def check_a_source_needs_what_it_requires(situation: Situation, source: str) -> None:
    key = situation.key()
    body = situation.prospecting(key, source)
    named = [name for name in REQUIRED[source] if name in body]
    if start(situation, key, body).status not in SUCCESS or not named:
        message = f"the target accepts no start with the source {source}"
        raise NotEstablishedError(message)
    jobs = jobs_of(situation, key)

    refused = start(situation, key, {name: value for name, value in body.items() if name not in named})

    expect = Expecting(situation, OperationId.START_JOB)
    expect.status("VALID", refused, {400, 422})
    expect.that("REFUSED", f"the jobs {jobs}", str(now := jobs_of(situation, key)), [refused], holds=now <= jobs)


def upload(situation: Situation, key: Key) -> tuple[dict[str, Any], str]:
    """A start with the source url_upload, which has been taken once, and the member that has its URLs."""
    body = situation.prospecting(key, "url_upload")
    lists = [name for name, value in body.items() if isinstance(value, list)]
    if start(situation, key, body).status not in SUCCESS or len(lists) != 1:
        message = "the target accepts no start with the source url_upload"
        raise NotEstablishedError(message)
    return body, lists[0]


@pytest.mark.parametrize("count", [0, 1001])
def check_an_upload_needs_its_urls(situation: Situation, count: int) -> None:
    key = situation.key()
    body, urls_of = upload(situation, key)
    urls = [f"https://www.linkedin.com/in/example-{number}" for number in range(count)]

    refused = start(situation, key, {**body, urls_of: urls})

    Expecting(situation, OperationId.START_JOB).status("VALID", refused, {400, 422})


def check_an_upload_takes_as_many_urls_as_it_may_have_and_profiles_alone(situation: Situation) -> None:
    key = situation.key()
    body, urls_of = upload(situation, key)
    expect = Expecting(situation, OperationId.START_JOB)
    known = body[urls_of]
    urls = [f"https://www.linkedin.com/in/example-{number}" for number in range(1000)]
    elsewhere = ["https://example.com/in/someone"]

    if isinstance(situation.states, OverHttp):  # elsewhere it may have to be paid for
        taken = start(situation, key, {**body, urls_of: urls})
        holds = taken.status not in {400, 422}
        expect.that("VALID", "1000 LinkedIn profile URLs are taken", described(taken), [taken], holds=holds)
    refused = start(situation, key, {**body, urls_of: elsewhere})
    mixed = start(situation, key, {**body, urls_of: [*known, *elsewhere]})

    expect.status("VALID", refused, {400, 422})
    holds = mixed.status in {400, 422}
    expected = "a refusal: one is no LinkedIn profile URL (whether all have to be is inferred)"
    expect.that("CONSISTENT", expected, described(mixed), [mixed], holds=holds)


@pytest.mark.parametrize("source", ["linkedin_search", "sales_navigator", "post_commenters", "url_upload"])
def check_without_credits_no_job_is_started(situation: Situation, source: str) -> None:
    key = situation.key()
    body, jobs = situation.prospecting(key, source), jobs_of(situation, key)
    if source != "linkedin_search" and start(situation, situation.key(), body).status not in SUCCESS:
        message = f"the target accepts no start with the source {source}"
        raise NotEstablishedError(message)
    situation.states.setup("the credits are exhausted", apiKey=key.token)

    refused = start(situation, key, body)

    expect = Expecting(situation, OperationId.START_JOB)
    expect.status("CREDITS", refused, {402})
    code = member(refused, "error", "code")
    holds = code == "INSUFFICIENT_CREDITS"
    expect.that("CREDITS", "INSUFFICIENT_CREDITS", str(code), [refused], holds=holds)
    expect.that("REFUSED", f"the jobs {jobs}", str(now := jobs_of(situation, key)), [refused], holds=now == jobs)
    situation.states.teardown("the credits are exhausted", apiKey=key.token)
    later = start(situation, key, body)
    expect.done(later, refused)


def check_what_has_ended_by_itself_has_ended(situation: Situation, begun: list[Exchange]) -> None:
    mine, keys = situation.key(), set[tuple[str, ...]]()
    started = start(situation, mine, situation.prospecting(mine))
    if started.status in SUCCESS:
        job = str(member(started, "data", "jobId"))
        settled(situation, lambda: status_of(situation, mine, job)[0] in ENDED)
        begun = [started, *begun]
    for first in begun[:LOOKED_AT]:
        group, job = unquote(first.url.rsplit("/", 2)[1]), str(member(first, "data", "jobId"))
        key = situation.key(accountGroupId=group)
        status, read = status_of(situation, key, job)
        if status not in {"completed", "failed"}:
            continue  # when a job ends is not printed

        refused = situation.do(OperationId.CANCEL_JOB, key, job)

        expect = Expecting(situation, OperationId.CANCEL_JOB)
        expect.status("CANCELABLE", refused, {422}, read)
        after, shown = status_of(situation, key, job)
        expect.that("REFUSED", status, str(after), [read, refused, shown], holds=after == status)
        once = {name: value for name, value in first.request_headers if name.lower() == "idempotency-key"}
        if status == "completed" and once and (place := (group, *once.values())) not in keys:
            keys.add(place)
            expect_replayed(situation, group, first, once)


def expect_replayed(situation: Situation, group: str, first: Exchange, once: dict[str, str]) -> None:
    """Note whether the start of a job that has completed is replayed to whoever has started it."""
    token = next(value.partition(" ")[2] for name, value in first.request_headers if name.lower() == "authorization")
    extras = Extras({**once, "Content-Type": "application/json"}, content=first.request_body)
    again = situation.do(OperationId.START_JOB, Key(token, group), extras=extras)
    if again.status == 401:
        return  # the key was revoked meanwhile
    job = member(first, "data", "jobId")
    holds = again.status == 200 and member(again, "data", "jobId") == job
    expect = Expecting(situation, OperationId.START_JOB)
    expect.that("REPLAY", f"200 and the job {job}", described(again), [first, again], holds=holds)


def status_of(situation: Situation, key: Key, job: str) -> tuple[str | None, Exchange]:
    """What the target says of a job."""
    exchange = situation.do(OperationId.GET_JOB, key, job)
    return member(exchange, "data", "status"), exchange


@pytest.mark.parametrize("outcome", ENDED)
@pytest.mark.parametrize("job_status", ACTIVE)
def check_the_status_of_a_job_is_current(situation: Situation, job_status: str, outcome: str) -> None:
    key = situation.key()
    audience = situation.populated(key, job_status)
    expect_status(situation, key, audience, set(ACTIVE))

    situation.end(audience, outcome)

    expect_status(situation, key, audience, {outcome})


def expect_status(situation: Situation, key: Key, audience: Audience, statuses: set[str]) -> None:
    """Note whether a job has one of some statuses: as it is read at once, as it is listed within two seconds."""
    expected = " or ".join(sorted(statuses))
    for _ in range(3):
        status, exchange = status_of(situation, key, str(audience.job))
        expect = Expecting(situation, OperationId.GET_JOB)
        expect.that("CURRENT", expected, str(status), [exchange], holds=status in statuses)
    shown: list[Any] = []
    seen: list[Exchange] = []

    def is_so() -> bool:
        jobs, seen[:] = everything(situation, OperationId.LIST_JOBS, key)
        shown[:] = [one.get("status") for one in jobs if one.get("jobId") == audience.job]
        return len(shown) == 1 and shown[0] in statuses

    holds = settled(situation, is_so)[1]
    Expecting(situation, OperationId.LIST_JOBS).that("CURRENT", expected, str(shown), seen, holds=holds)


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("outcome", ENDED)
def check_jobs_are_filtered_by_status(situation: Situation, outcome: str, limit: int | None) -> None:
    key = situation.key()
    ended, others = set[str](), set[str]()
    for _ in range(3):  # in turn, so that a page of one item goes on past others
        others.add(str(situation.populated(key).job))
        audience = situation.populated(key)
        situation.end(audience, outcome)
        ended.add(str(audience.job))
    call = Call(OperationId.LIST_JOBS, key.token, key.group, extras=Extras(query=f"?status={outcome}"))
    if situation.client.send(call).status == 400:
        message = "the target refuses the filter"
        raise NotEstablishedError(message)

    shown, pages = everything(situation, OperationId.LIST_JOBS, key, limit=limit, status=outcome)

    ids = {str(one.get("jobId")) for one in shown}
    expected = f"{sorted(ended)}, and none of {sorted(others)}"
    holds = ended <= ids and not others & ids
    Expecting(situation, OperationId.LIST_JOBS).that("FILTER", expected, str(sorted(ids)), pages, holds=holds)


@pytest.mark.parametrize("outcome", ["completed", "failed"])
@pytest.mark.parametrize("job_status", ACTIVE)
def check_only_active_jobs_can_be_cancelled(situation: Situation, job_status: str, outcome: str) -> None:
    key = situation.key()
    active, ended = situation.populated(key, job_status), situation.populated(key, job_status)
    neighbour = situation.populated(key, job_status)
    situation.end(ended, outcome)
    expect, attempts = Expecting(situation, OperationId.CANCEL_JOB), Attempts()

    cancelled = situation.do(OperationId.CANCEL_JOB, key, str(active.job))
    with attempts:
        expect.status("CANCELABLE", cancelled, {200})
    with attempts:
        expect.done(cancelled)
    attempts.conclude()
    for read in (member(cancelled, "data", "status"), status_of(situation, key, str(active.job))[0]):
        expect.that("EFFECT", "cancelled", str(read), [cancelled], holds=read == "cancelled")

    for _ in range(3):
        refused = situation.do(OperationId.CANCEL_JOB, key, str(ended.job))
        expect.status("CANCELABLE", refused, {422})
        code = member(refused, "error", "code")
        expect.that("CANCELABLE", "VALIDATION_ERROR", str(code), [refused], holds=code == "VALIDATION_ERROR")
    status, exchange = status_of(situation, key, str(neighbour.job))
    expect.that("ONLY", "queued or running", str(status), [cancelled, exchange], holds=status in ACTIVE)
    status, exchange = status_of(situation, key, str(ended.job))
    expect.that("REFUSED", outcome, str(status), [refused, exchange], holds=status == outcome)


def check_each_cancellation_has_its_effect(situation: Situation) -> None:
    key = situation.key()
    expect = Expecting(situation, OperationId.CANCEL_JOB)

    for _ in range(max(1, situation.repeats // 2)):
        job = str(situation.populated(key).job)
        cancelled = situation.do(OperationId.CANCEL_JOB, key, job)
        expect.done(cancelled)
        status, read = status_of(situation, key, job)
        expect.that("EFFECT", "cancelled", str(status), [cancelled, read], holds=status == "cancelled")


@pytest.mark.parametrize("job_status", ACTIVE)
def check_what_a_cancelled_job_populated_is_released(situation: Situation, job_status: str) -> None:
    key = situation.key()
    audience = situation.populated(key, job_status)

    cancelled = situation.do(OperationId.CANCEL_JOB, key, str(audience.job))

    released = situation.do(OperationId.GET_AUDIENCE, key, audience.id)
    holds = released.status != 409
    expect = Expecting(situation, OperationId.CANCEL_JOB)
    expect.that("RELEASES", "no 409 any more", described(released), [cancelled, released], holds=holds)
    if released.status == 200:
        at_last = settled(situation, lambda: audience.id in listed(situation, OperationId.LIST_AUDIENCES, key)[0])[1]
        shown, exchanges = listed(situation, OperationId.LIST_AUDIENCES, key)
        expect.that("RELEASES", f"{audience.id} is listed", str(shown), [cancelled, *exchanges], holds=at_last)
