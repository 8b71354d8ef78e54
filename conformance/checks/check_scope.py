"""The separation of account groups, and the exactness of identifiers, at every operation."""

import dataclasses
from functools import partial
from itertools import islice

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES, OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext, distinct_from
from conformance.harness.expectations import Expectations, describe
from conformance.harness.identifiers import ODD, STRANGE, expect_strange_refused
from conformance.harness.key import Key
from conformance.harness.near_misses import is_plain, near_misses_of_account_group
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
    foreign = distinct_from(
        lambda: valid_request(context, operation, other), taken, lambda request: request.resource_id
    )
    before, foreign_before = snapshot_before(context, own, key), snapshot_before(context, foreign, other)

    crossings = [(dataclasses.replace(foreign, key=key.token), ELSEWHERE)]
    crossings += [(dataclasses.replace(own, group=other.group), FOREIGN if own.resource_id else ELSEWHERE)]
    if own.resource_id:
        crossings += [(dataclasses.replace(own, resource_id=foreign.resource_id), FOREIGN)]
    for crossing, statuses in crossings:
        refused = context.client.send(crossing)
        Expectations(context).status(operation.requirement("SCOPE"), refused, statuses)

    expect_unchanged(context, before, own, key, refused)
    expect_unchanged(context, foreign_before, foreign, other, refused)


@for_each_operation([operations.LIST_AUDIENCES, operations.GET_NAVIGATION])
def check_lists_show_only_what_is_of_the_account_group(context: CheckContext, operation: OperationSpec) -> None:
    key, other = context.create_key(), context.create_key()
    context.create_audience(key)
    name = f"of another account group {context.random.getrandbits(48):x}"
    context.create_audience(other, name=name)
    expect, requirement_id = Expectations(context), operation.requirement("SCOPE")

    for _ in range(3):
        shown = context.client.send(ApiRequest(operation, key.token, key.group))
        text = (shown.response_body or b"").decode("utf-8", "replace")
        expected = f"nothing called {name!r}, which belongs to another account group"
        expect.condition(requirement_id, expected, text[:200], [shown], holds=name not in text)


def check_jobs_of_another_account_group_are_not_listed(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    request = ApiRequest(operations.LIST_JOBS, key.token, key.group)
    earlier, _ = read_all_pages(context, operations.LIST_JOBS, key)
    earlier_ids = {job.get("jobId") for job in earlier}
    expect = Expectations(context)

    context.populated_audience(other)

    for status in (*ACTIVE_STATUSES, *OUTCOMES):
        if status not in ACTIVE_STATUSES:
            context.end_job(context.populated_audience(other), status)
        filtered = dataclasses.replace(request, options=RequestOptions(query=f"?status={status}"))
        shown = context.client.send(filtered)
        ids = {job.get("jobId") for job in records(json_at(shown, "data", "items"))}
        expected, holds = f"none but {earlier_ids}", shown.status not in SUCCESS or ids <= earlier_ids
        expect.condition("JOB-LIST-SCOPE", expected, describe(shown), [shown], holds=holds)

    later, pages = read_all_pages(context, operations.LIST_JOBS, key)
    expected, actual = (str(sorted(str(job.get("jobId")) for job in jobs)) for jobs in (earlier, later))
    expect.condition("JOB-LIST-SCOPE", expected, actual, pages, holds=expected == actual)


@for_each_operation(operations.TARGETED)
def check_what_is_not_there_is_not_found_anywhere(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    expect, requirement_id = Expectations(context), operation.requirement("FOUND")
    if operation.resource is Resource.AUDIENCE:
        deleted = context.call(operations.DELETE_AUDIENCE, key, request.resource_id)
        if deleted.status != 200:
            raise NotEstablishedError(f"an audience could not be deleted: the target answered {deleted.status}")
        expect.status(requirement_id, context.client.send(request), {404}, deleted)
    plain = (near_miss for near_miss in near_misses(context, request) if is_plain(near_miss.resource_id))
    for near_miss in islice(plain, 2):
        refused = context.client.send(near_miss)
        # An identifier may have a check digit: then one that was not issued may be malformed.
        expect.status(requirement_id, refused, {400, 404})


def near_misses(context: CheckContext, request: ApiRequest) -> list[ApiRequest]:
    """Return the same request for identifiers that are nearly its own, and nobody's."""
    identifiers = context.near_misses(request.resource_id, request.operation.resource)
    return context.sendable(dataclasses.replace(request, resource_id=identifier) for identifier in identifiers)


@for_each_operation(operations.TARGETED)
def check_a_near_miss_hits_nothing_anywhere(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    misses = near_misses(context, request)
    others = ids_of_other_kinds(context, operation, key, request.resource_id)
    misses += [dataclasses.replace(request, resource_id=identifier) for identifier in others]
    before = snapshot_before(context, request, key)

    sends = [partial(context.client.send, miss, judged=is_plain(miss.resource_id)) for miss in context.sendable(misses)]
    for refused in context.client.send_in_parallel(sends):
        Expectations(context).refusal(operation.requirement("EXACT"), refused)

    expect_unchanged(context, before, request, key, refused)


def ids_of_other_kinds(context: CheckContext, operation: OperationSpec, key: Key, own_id: str) -> list[str]:
    """Return identifiers of other kinds of resources, except those that are also of this kind.

    Each kind may have identifiers of its own, which may be equal.
    """
    try:
        populated = context.populated_audience(key)
    except NotEstablishedError:
        return []
    job_id = str(populated.job)
    is_audience = operation.resource is Resource.AUDIENCE
    same_kind, other_kind = (populated.id, job_id) if is_audience else (job_id, populated.id)
    return [identifier for identifier in (key.group, other_kind) if identifier not in {own_id, same_kind}]


@for_each_operation(operations.SCOPED)
def check_odd_identifiers_are_refused_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    request = valid_request(context, operation, context.create_key())
    expect, requirement_id = Expectations(context), operation.requirement("ODD")

    index = context.random.randrange(len(request.group))
    near_groups = context.not_issued(near_misses_of_account_group(request.group, index))
    near = context.sendable(dataclasses.replace(request, group=identifier) for identifier in near_groups)
    for refused in context.client.send_in_parallel([partial(context.client.send, one) for one in near]):
        expect.status(operation.requirement("SCOPE"), refused, {400, 403, 404})
    in_odd_groups = [dataclasses.replace(request, group=identifier) for identifier in ODD]
    odd = [dataclasses.replace(request, resource_id=identifier) for identifier in ODD if request.resource_id]
    odd = context.sendable([*in_odd_groups, *odd])
    exchanges = context.client.send_in_parallel([partial(context.client.send, sent) for sent in odd])
    for sent, refused in zip(odd, exchanges, strict=True):
        expect.status(requirement_id, refused, {400, 404} if sent.group == request.group else {400, 403, 404})


@for_each_operation(operations.SCOPED)
def check_strange_identifiers_are_refused(context: CheckContext, operation: OperationSpec) -> None:
    request = valid_request(context, operation, context.create_key())

    places = [(request.group, one) if request.resource_id else (one, "") for one in STRANGE]
    strange = [dataclasses.replace(request, group=group, resource_id=resource_id) for group, resource_id in places]
    context.client.send_in_parallel(
        [partial(expect_strange_refused, context, sent) for sent in context.sendable(strange)]
    )


def check_the_account_group_of_the_key_is_listed(context: CheckContext) -> None:
    key, other = context.create_key(), context.create_key()
    request = ApiRequest(operations.LIST_ACCOUNTS, key.token)

    def shown_groups() -> set[object]:
        accounts = json_at(context.client.send(request), "data", "items")
        return {account.get("id") for account in records(accounts)}

    eventually(context, lambda: key.group in shown_groups())
    exchange = context.client.send(request)
    groups = {account.get("id") for account in records(json_at(exchange, "data", "items"))}
    expected, holds = f"{key.group}, and not {other.group}", key.group in groups and other.group not in groups
    Expectations(context).condition("ACCOUNT-LIST-CURRENT", expected, str(groups), [exchange], holds=holds)
