"""Lists longer than a page of any usual size: nothing is left out, even of what was created at the same moment."""

from functools import partial

from conformance.catalogue import operations
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually, listed, read_all_pages, records
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError, StatesError

AUDIENCES, AT_ONCE = 105, 15
NESTED = 12
JOBS = 55
PROSPECTS = 130


def create_many_audiences(context: CheckContext, key: Key) -> set[str]:
    """Create many audiences, some at the same moment; return those whose creation was acknowledged."""
    created: set[str] = set()
    for _ in range(AUDIENCES // AT_ONCE):
        bodies = [
            {"name": f"one of many {context.random.getrandbits(48):x}", "type": "on_demand"} for _ in range(AT_ONCE)
        ]
        requests = [ApiRequest(operations.CREATE_AUDIENCE, key.token, key.group, body=body) for body in bodies]
        sends = [partial(context.client.send, request) for request in requests]
        for exchange in context.client.send_concurrently(sends):
            audience_id = json_at(exchange, "data", "id")
            if exchange.status in SUCCESS and isinstance(audience_id, str):
                created.add(audience_id)
    return created


def expect_complete(
    context: CheckContext, requirement_id: str, wanted: set[str], ids: list[str], exchanges: list[Exchange]
) -> None:
    """Expect a list to show every wanted item."""
    missing = sorted(wanted.difference(ids))
    expected = f"all {len(wanted)} that were created"
    actual = f"{len(ids)} items, without {missing[:3]}" if missing else f"{len(ids)} items"
    Expectations(context).condition(requirement_id, expected, actual, exchanges, holds=not missing)


def expect_unique(context: CheckContext, requirement_id: str, ids: list[str], exchanges: list[Exchange]) -> None:
    """Expect a list to show no item twice."""
    repeated = len(ids) - len(set(ids))
    actual = f"{repeated} more than once"
    Expectations(context).condition(requirement_id, "each once", actual, exchanges, holds=not repeated)


def check_a_long_list_of_audiences_is_complete(context: CheckContext) -> None:
    key = context.create_key()
    created = create_many_audiences(context, key)
    eventually(context, lambda: created <= listed(context, operations.LIST_AUDIENCES, key)[0])

    for limit in (None, 3, 100):
        try:
            audiences, pages = read_all_pages(context, operations.LIST_AUDIENCES, key, limit=limit)
        except NotEstablishedError:
            continue  # which sizes are allowed is not printed
        ids = [str(audience.get("id")) for audience in audiences]
        expect_complete(context, "AUD-LIST-COMPLETE", created, ids, pages)
        expect_unique(context, "AUD-LIST-UNIQUE", ids, pages)
    eventually(context, lambda: created <= listed(context, operations.GET_NAVIGATION, key)[0])
    shown, exchanges = listed(context, operations.GET_NAVIGATION, key)
    expect_complete(context, "AUD-NAVIGATION-COMPLETE", created, sorted(shown), exchanges)


def check_a_full_folder_has_all_that_was_moved_into_it(context: CheckContext) -> None:
    key = context.create_key()
    folder_id = context.create_folder(key)
    moved = {context.audience_in_folder(key, folder_id).id for _ in range(NESTED)}
    exchanges: list[Exchange] = []
    nested: list[str] = []

    def are_there() -> bool:
        exchanges[:] = [context.call(operations.GET_NAVIGATION, key)]
        folders = records(json_at(exchanges[0], "data", "folders"))
        full = next((folder for folder in folders if folder.get("id") == folder_id), {})
        nested[:] = [str(audience.get("id")) for audience in records(full.get("audiences"))]
        return moved <= set(nested)

    eventually(context, are_there)
    expect_complete(context, "AUD-NAVIGATION-COMPLETE", moved, nested, exchanges)


def check_many_prospects_are_listed(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=PROSPECTS)

    prospects, pages = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)

    ids = [str(prospect.get("id")) for prospect in prospects]
    expected, actual, holds = f"{PROSPECTS} prospects, as the target says", f"{len(ids)}", len(ids) >= PROSPECTS
    Expectations(context).condition("AUD-PROSPECTS-COMPLETE", expected, actual, pages, holds=holds)
    expect_unique(context, "AUD-PROSPECTS-UNIQUE", ids, pages)


def check_a_long_list_of_jobs_is_complete(context: CheckContext) -> None:
    key = context.create_key()
    try:
        active = {str(context.populated_audience(key).job) for _ in range(JOBS)}
    except StatesError as error:  # the target may limit the number of active jobs
        raise NotEstablishedError(f"the target cannot prepare {JOBS} audiences being populated: {error}") from None

    def job_ids() -> tuple[list[str], list[Exchange]]:
        jobs, pages = read_all_pages(context, operations.LIST_JOBS, key)
        return [str(job.get("jobId")) for job in jobs], pages

    eventually(context, lambda: active <= set(job_ids()[0]))
    ids, pages = job_ids()
    expect_complete(context, "JOB-LIST-COMPLETE", active, ids, pages)
    expect_unique(context, "JOB-LIST-UNIQUE", ids, pages)
