"""Lists of more than fits on one page of any usual size: nothing is left out, whoever made it at the same moment."""

from functools import partial

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
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


def crowd(context: CheckContext, key: Key) -> set[str]:
    """Many audiences, some made at the same moment; those that the target says it has made."""
    made: set[str] = set()
    for _ in range(AUDIENCES // AT_ONCE):
        bodies = [
            {"name": f"one of many {context.random.getrandbits(48):x}", "type": "on_demand"} for _ in range(AT_ONCE)
        ]
        calls = [ApiRequest(operations.CREATE_AUDIENCE, key.token, key.group, body=body) for body in bodies]
        for exchange in context.client.send_concurrently([partial(context.client.send, call) for call in calls]):
            identifier = json_at(exchange, "data", "id")
            if exchange.status in SUCCESS and isinstance(identifier, str):
                made.add(identifier)
    return made


def expect_all(
    context: CheckContext, operation: OperationSpec, wanted: set[str], ids: list[str], seen: list[Exchange]
) -> None:
    """Note whether a list has everything, and everything once."""
    expect = Expectations(context, operation)
    missing = sorted(wanted.difference(ids))
    came_back = f"{len(ids)} items, without {missing[:3]}" if missing else f"{len(ids)} items"
    expect.expect("COMPLETE", f"all {len(wanted)} that were made", came_back, seen, holds=not missing)
    twice = len(ids) - len(set(ids))
    if operation is not operations.GET_NAVIGATION:
        expect.expect("UNIQUE", "each once", f"{twice} more than once", seen, holds=not twice)


def check_a_long_list_of_audiences_is_complete(context: CheckContext) -> None:
    key = context.create_key()
    made = crowd(context, key)
    eventually(context, lambda: made <= listed(context, operations.LIST_AUDIENCES, key)[0])

    for size in (None, 3, 100):
        try:
            found, pages = read_all_pages(context, operations.LIST_AUDIENCES, key, limit=size)
        except NotEstablishedError:
            continue  # which sizes are allowed is not printed
        expect_all(context, operations.LIST_AUDIENCES, made, [str(one.get("id")) for one in found], pages)
    eventually(context, lambda: made <= listed(context, operations.GET_NAVIGATION, key)[0])
    shown, seen = listed(context, operations.GET_NAVIGATION, key)
    expect_all(context, operations.GET_NAVIGATION, made, sorted(shown), seen)


def check_a_full_folder_has_all_that_was_moved_into_it(context: CheckContext) -> None:
    key = context.create_key()
    folder = context.create_folder(key)
    moved = {context.audience_in_folder(key, folder).id for _ in range(NESTED)}
    seen: list[Exchange] = []
    nested: list[str] = []

    def are_there() -> bool:
        seen[:] = [context.call(operations.GET_NAVIGATION, key)]
        folders = records(json_at(seen[0], "data", "folders"))
        there = next((one for one in folders if one.get("id") == folder), {})
        nested[:] = [str(one.get("id")) for one in records(there.get("audiences"))]
        return moved <= set(nested)

    eventually(context, are_there)
    expect_all(context, operations.GET_NAVIGATION, moved, nested, seen)


def check_many_prospects_are_listed(context: CheckContext) -> None:
    key = context.create_key()
    audience = context.ready_audience(key, prospects=PROSPECTS)

    found, pages = read_all_pages(context, operations.LIST_PROSPECTS, key, audience.id)

    ids = [str(one.get("id")) for one in found]
    expect = Expectations(context, operations.LIST_PROSPECTS)
    complete = len(ids) >= PROSPECTS
    expect.expect("COMPLETE", f"{PROSPECTS} prospects, by its own word", f"{len(ids)}", pages, holds=complete)
    twice = len(ids) - len(set(ids))
    expect.expect("UNIQUE", "each once", f"{twice} more than once", pages, holds=not twice)


def check_a_long_list_of_jobs_is_complete(context: CheckContext) -> None:
    key = context.create_key()
    try:
        made = {str(context.populated_audience(key).job) for _ in range(JOBS)}
    except StatesError as error:  # it may have a limit to the jobs that are active
        raise NotEstablishedError(f"the target cannot prepare {JOBS} audiences being populated: {error}") from None

    def ids() -> tuple[list[str], list[Exchange]]:
        found, pages = read_all_pages(context, operations.LIST_JOBS, key)
        return [str(one.get("jobId")) for one in found], pages

    eventually(context, lambda: made <= set(ids()[0]))
    expect_all(context, operations.LIST_JOBS, made, *ids())
