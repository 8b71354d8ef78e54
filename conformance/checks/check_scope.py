"""Account groups are kept apart, and identifiers are exact: every operation, every crossing, every near miss."""

import dataclasses

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext, distinct_from
from conformance.harness.expectations import describe, expectations_of
from conformance.harness.identifiers import ODD, STRANGE
from conformance.harness.key import Key
from conformance.harness.near_misses import near_misses_of_identifier
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, read_all_pages, records
from conformance.harness.unchanged import expect_unchanged, snapshot_before
from conformance.harness.valid_requests import valid_request
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.exchange import SUCCESS
from conformance.states import NotEstablishedError


@for_each_operation(operations.SCOPED)
def check_account_groups_are_kept_apart_everywhere(context: CheckContext, operation: OperationSpec) -> None:
    key, other = context.create_key(), context.create_key()
    own = valid_request(context, operation, key)
    taken = {own.resource_id, *context.created_ids[key.group]} if own.resource_id else ()
    foreign = distinct_from(lambda: valid_request(context, operation, other), taken, lambda call: call.resource_id)
    was, was_foreign = snapshot_before(context, own, key), snapshot_before(context, foreign, other)
    expect = expectations_of(context, own)

    crossings = [(dataclasses.replace(foreign, key=key.token), ELSEWHERE)]
    crossings += [(dataclasses.replace(own, group=other.group), FOREIGN if own.resource_id else ELSEWHERE)]
    if own.resource_id:
        crossings += [(dataclasses.replace(own, resource_id=foreign.resource_id), FOREIGN)]
    for crossing, statuses in crossings:
        refused = context.client.send(crossing)
        expect.status("SCOPE", refused, statuses)

    expect_unchanged(context, was, own, key, refused)
    expect_unchanged(context, was_foreign, foreign, other, refused)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
def check_lists_show_only_what_is_of_the_account_group(context: CheckContext, operation: OperationSpec) -> None:
    key, other = context.create_key(), context.create_key()
    context.create_audience(key)
    name = f"of another account group {context.random.getrandbits(48):x}"
    context.create_audience(other, name=name)
    call = ApiRequest(operation, key.token, key.group)

    for _ in range(3):
        shown = context.client.send(call)
        text = (shown.response_body or b"").decode("utf-8", "replace")
        expected = f"nothing called {name!r}, which belongs to another account group"
        expectations_of(context, call).expect("SCOPE", expected, text[:200], [shown], holds=name not in text)


def check_jobs_of_another_account_group_are_not_listed(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    call = ApiRequest(operations.LIST_JOBS, key.token, key.group)
    earlier, _ = read_all_pages(context, operations.LIST_JOBS, key)

    context.populated_audience(other)

    for status in (*ACTIVE_STATUSES, *OUTCOMES):
        if status not in ACTIVE_STATUSES:
            context.end_job(context.populated_audience(other), status)
        filtered = dataclasses.replace(call, options=RequestOptions(query=f"?status={status}"))
        text = describe(shown := context.client.send(filtered))
        ids = {one.get("jobId") for one in records(json_at(shown, "data", "items"))}
        known = {one.get("jobId") for one in earlier}
        holds = shown.status not in SUCCESS or ids <= known
        expectations_of(context, call).expect("SCOPE", f"none but {known}", text, [shown], holds=holds)

    after, exchanges = read_all_pages(context, operations.LIST_JOBS, key)
    expected, came_back = (str(sorted(str(one.get("jobId")) for one in jobs)) for jobs in (earlier, after))
    expectations_of(context, call).expect("SCOPE", expected, came_back, exchanges, holds=expected == came_back)


@for_each_operation(operations.TARGETED)
def check_what_is_not_there_is_not_found_anywhere(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    expect = expectations_of(context, call)
    if operation.resource is Resource.AUDIENCE:
        deleted = context.call(operations.DELETE_AUDIENCE, key, call.resource_id)
        if deleted.status != 200:
            raise NotEstablishedError(f"an audience could not be deleted: the target answered {deleted.status}")
        expect.status("FOUND", context.client.send(call), {404}, deleted)
    for miss in near_misses(context, call.resource_id)[:2]:
        # An identifier may bear a check digit: then one that is not issued is a malformed one.
        expect.status("FOUND", context.client.send(dataclasses.replace(call, resource_id=miss)), {400, 404})


def near_misses(context: CheckContext, identifier: str) -> list[str]:
    """Identifiers that nearly are this one; none that the target has given out."""
    index = context.random.randrange(len(identifier))
    return context.not_issued(near_misses_of_identifier(identifier, index))


@for_each_operation(operations.TARGETED)
def check_a_near_miss_hits_nothing_anywhere(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    misses = [*near_misses(context, call.resource_id), *of_something_else(context, operation, key, call.resource_id)]
    was = snapshot_before(context, call, key)

    for miss in misses:
        refused = context.client.send(dataclasses.replace(call, resource_id=miss))
        expectations_of(context, call).refusal("EXACT", refused)

    expect_unchanged(context, was, call, key, refused)


def of_something_else(context: CheckContext, operation: OperationSpec, key: Key, own: str) -> list[str]:
    """Identifiers of other things, but for those that are one of this kind as well: each kind may count for itself."""
    try:
        populated = context.populated_audience(key)
    except NotEstablishedError:
        return []
    things = [key.group, populated.id if operation.resource is not Resource.AUDIENCE else str(populated.job)]
    known = {own, populated.id} if operation.resource is Resource.AUDIENCE else {own, str(populated.job)}
    return [thing for thing in things if thing not in known]


@for_each_operation(operations.SCOPED)
def check_odd_identifiers_are_refused_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    call = valid_request(context, operation, context.create_key())
    expect = expectations_of(context, call)

    for identifier in ODD:
        expect.status("ODD", context.client.send(dataclasses.replace(call, group=identifier)), {400, 403, 404})
        if call.resource_id:
            expect.status("ODD", context.client.send(dataclasses.replace(call, resource_id=identifier)), {400, 404})


@for_each_operation(operations.SCOPED)
def check_strange_identifiers_are_refused(context: CheckContext, operation: OperationSpec) -> None:
    call = valid_request(context, operation, context.create_key())

    for identifier in STRANGE:
        group, target = (call.group, identifier) if call.resource_id else (identifier, "")
        refused = context.client.send(dataclasses.replace(call, group=group, resource_id=target), judged=False)
        expectations_of(context, call).status("STRANGE", refused, {400, 403, 404})


def check_the_account_group_of_the_key_is_listed(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    call = ApiRequest(operations.LIST_ACCOUNTS, key.token)

    def shown() -> set[object]:
        return {one.get("id") for one in records(json_at(context.client.send(call), "data", "items"))}

    eventually(context, lambda: key.group in shown())
    exchange = context.client.send(call)
    ids = {one.get("id") for one in records(json_at(exchange, "data", "items"))}
    holds = key.group in ids and other.group not in ids
    expectations_of(context, call).expect(
        "CURRENT", f"{key.group}, and not {other.group}", str(ids), [exchange], holds=holds
    )
