"""Lists longer than a page of any usual size: nothing is left out, even of what was created at the same moment."""

from contextlib import suppress
from functools import partial

from conformance.catalogue import operations
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.list_looks import look_until, read_settled
from conformance.harness.paged_list import ids_on
from conformance.harness.read_back import read_until
from conformance.harness.snapshots import eventually, read_all_pages, records
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import NotEstablishedError, StatesError

AUDIENCES, AT_ONCE, PAST_A_HUNDRED = 105, 15, 101
LIMITS = (None, 7, 100)
NESTED = 12
JOBS = 55
PROSPECTS = 130


def create_many_audiences(context: CheckContext, key: Key) -> list[str]:
    """Create many audiences, some at the same moment; return those whose creation was acknowledged, oldest first."""
    created: list[str] = []
    for _ in range(AUDIENCES // AT_ONCE):
        bodies = [
            {"name": f"one of many {context.random.getrandbits(48):x}", "type": "on_demand"} for _ in range(AT_ONCE)
        ]
        requests = [ApiRequest(operations.CREATE_AUDIENCE, key.token, key.group, body=body) for body in bodies]
        sends = [partial(context.client.send, request) for request in requests]
        for exchange in context.client.send_concurrently(sends):
            audience_id = json_at(exchange, "data", "id")
            if exchange.status in SUCCESS and isinstance(audience_id, str):
                created.append(audience_id)
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
    in_order = create_many_audiences(context, key)
    if not in_order:
        raise NotEstablishedError("no audience could be made")
    created = set(in_order)

    reads = [partial(read_if_allowed, context, key, limit) for limit in LIMITS]
    for pages in read_settled(context, reads, lambda pages: not pages or created <= set(ids_on(pages))):
        if pages:
            expect_complete(context, "AUD-LIST-COMPLETE", created, ids_on(pages), pages)
            expect_unique(context, "AUD-LIST-UNIQUE", ids_on(pages), pages)
    place = (key, operations.GET_NAVIGATION)
    shown, exchanges = look_until(context, {place: created.issubset})[1][place]
    expect_complete(context, "AUD-NAVIGATION-COMPLETE", created, sorted(shown), exchanges)
    places = (0, -min(PAST_A_HUNDRED, len(in_order)), -1)  # the oldest, the 101st from the newest, the newest
    for audience_id in dict.fromkeys(in_order[place] for place in places):
        expect_reached(context, key, audience_id)


def read_if_allowed(context: CheckContext, key: Key, limit: int | None) -> list[Exchange]:
    """Return all pages of one size of the list; none where the target refuses it: which are allowed is not printed."""
    with suppress(NotEstablishedError):
        return read_all_pages(context, operations.LIST_AUDIENCES, key, limit=limit)[1]
    return []


def expect_reached(context: CheckContext, key: Key, audience_id: str) -> None:
    """Expect an audience, wherever it stands in a list, to be read, changed and deleted."""
    expect, name = Expectations(context), f"reached {audience_id}"
    look = partial(context.call, operations.GET_AUDIENCE, key, audience_id)
    expect.done("AUD-GET-DONE", read_until(context, look, lambda read: read.status in SUCCESS))
    updated = context.call(operations.UPDATE_AUDIENCE, key, audience_id, {"name": name})
    expect.done("AUD-UPDATE-DONE", updated)
    later: list[Exchange] = []

    def is_updated() -> bool:
        later[:] = [context.call(operations.GET_AUDIENCE, key, audience_id)]
        return json_at(later[0], "data", "name") in {name, None}

    in_time = eventually(context, is_updated)[1]
    expect.condition("AUD-UPDATE-EFFECT", name, describe(later[0]), [updated, *later], holds=in_time)
    expect_deleted(context, key, audience_id)


def expect_deleted(context: CheckContext, key: Key, audience_id: str) -> None:
    """Expect an audience to be deleted, and not to be there any more."""
    deleted, expect = context.call(operations.DELETE_AUDIENCE, key, audience_id), Expectations(context)
    expect.done("AUD-DELETE-DONE", deleted)
    for operation in (operations.GET_AUDIENCE, operations.LIST_PROSPECTS, operations.DELETE_AUDIENCE):
        expect.refusal("AUD-DELETE-EFFECT", context.call(operation, key, audience_id), deleted)


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
    expect_deleted(context, key, audience.id)


def check_a_long_list_of_jobs_is_complete(context: CheckContext) -> None:
    key = context.create_key()
    try:
        active = {str(context.populated_audience(key).job) for _ in range(JOBS)}
    except StatesError as error:  # the target may limit the number of active jobs
        raise NotEstablishedError(f"the target cannot prepare {JOBS} audiences being populated: {error}") from None

    def job_ids() -> tuple[list[str], list[Exchange]]:
        jobs, pages = read_all_pages(context, operations.LIST_JOBS, key)
        return [str(job.get("jobId")) for job in jobs], pages

    ids: list[str] = []
    pages: list[Exchange] = []

    def are_listed() -> bool:
        ids[:], pages[:] = job_ids()
        return active <= set(ids)

    eventually(context, are_listed)
    expect_complete(context, "JOB-LIST-COMPLETE", active, ids, pages)
    expect_unique(context, "JOB-LIST-UNIQUE", ids, pages)
