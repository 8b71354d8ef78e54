"""Starts of prospecting jobs (P1), asked for in a way that the target takes, and the jobs that come of them."""

from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import read_all_pages
from conformance.results.exchange import Exchange

_OK = 200
_REFUSED_FOR_A_STATE = frozenset({402, 409})


def start(context: CheckContext, key: Key, body: Any, options: RequestOptions | None = None) -> Exchange:  # noqa: ANN401  (JSON)
    """Send a start request; by default with a fresh idempotency key."""
    return context.call(operations.START_JOB, key, body=body, options=options or context.fresh_idempotency_key())


def start_alone(context: CheckContext, key: Key, body: Any, options: RequestOptions | None = None) -> Exchange:  # noqa: ANN401  (JSON)
    """Send a start request; where it is refused for what is active, cancel that, and send it again.

    Which conflicts there are, and that they are told after everything else, is not documented. Only jobs of this run
    are cancelled.
    """
    exchange = start(context, key, body, options)
    if exchange.status not in _REFUSED_FOR_A_STATE:
        return exchange
    started = {str(json_at(earlier, "data", "jobId")) for earlier in context.facts.started_jobs}
    for job in read_all_pages(context, operations.LIST_JOBS, key)[0]:
        job_id = str(job.get("jobId"))
        if job.get("status") in ACTIVE_STATUSES and job_id in started | context.states.issued:
            context.call(operations.CANCEL_JOB, key, job_id)
    return start(context, key, body, options)


def is_replay(exchange: Exchange, job_id: Any) -> bool:  # noqa: ANN401  (JSON)
    """Whether a start request was answered with an existing job."""
    return exchange.status == _OK and json_at(exchange, "data", "jobId") == job_id


def listed_jobs(context: CheckContext, key: Key) -> set[str]:
    """Return the identifiers of the listed jobs."""
    return {str(job.get("jobId")) for job in read_all_pages(context, operations.LIST_JOBS, key)[0]}


def read_job_status(context: CheckContext, key: Key, job_id: str) -> tuple[str | None, Exchange]:
    """Read the status of a job."""
    exchange = context.call(operations.GET_JOB, key, job_id)
    return json_at(exchange, "data", "status"), exchange


def read_job(context: CheckContext, key: Key, job_id: str, status: str | None = None) -> Exchange:
    """Read a job until it is found and, if one is given, has a status; for the settling time at most."""

    def is_shown(read: Exchange) -> bool:
        return read.status == _OK and status in {None, json_at(read, "data", "status")}

    return read_until(context, lambda: context.call(operations.GET_JOB, key, job_id), is_shown, "JOB-GET-CONSISTENT")
