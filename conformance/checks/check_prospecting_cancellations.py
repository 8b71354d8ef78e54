"""Cancellations of prospecting jobs: which may be cancelled, and what comes of it."""

import pytest

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, describe
from conformance.harness.key import Key
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import eventually, listed
from conformance.harness.starts import read_job, read_job_status, start
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError


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
