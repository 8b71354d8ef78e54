"""Who may do what: every operation, by every kind of key."""

import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext
from conformance.harness.expectations import expectations_of
from conformance.harness.key import Key
from conformance.harness.near_misses import near_misses_of_key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.unchanged import expect_unchanged, snapshot_before
from conformance.harness.valid_requests import valid_request
from conformance.results.exchange import SUCCESS
from conformance.states import NotEstablishedError, StatesError

FURTHER = frozenset(
    {
        *("signals:read", "signals:write", "templates:read", "templates:write", "messages:read", "messages:write"),
        *("campaigns:read", "campaigns:write", "campaigns:execute", "campaigns:delete"),
    }
)
"""The other permissions that are printed, which belong to operations that are not tried here."""


def keyed(call: ApiRequest, token: str | None, headers: dict[str, str] | None = None) -> ApiRequest:
    """The same request with another key."""
    return dataclasses.replace(call, key=token, options=RequestOptions({**call.options.headers, **(headers or {})}))


def needed(operation: OperationSpec) -> str:
    """The permission that an operation needs."""
    return operation.permission.wire if operation.permission else ""


def wrong_keys(context: CheckContext, key: Key) -> Iterator[dict[str, str]]:
    """Headers that carry no valid key: none, malformed ones, another scheme, unknown ones and near misses."""
    token, index = key.token, context.random.randrange(len(key.token))
    near_misses = [*near_misses_of_key(token, index), f"{token}.{token}", "x"]
    yield {}
    yield {"Authorization": "Bearer"}
    yield {"Authorization": "Basic eDp5"}
    yield {"Authorization": "x"}
    for near_miss in context.not_issued(near_misses):
        yield {"Authorization": f"Bearer {near_miss}"}


@for_each_operation(operations.OPERATIONS)
def check_what_nothing_stands_against_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)

    done = context.client.send(call)

    expectations_of(context, call).done(done)


@for_each_operation(operations.OPERATIONS)
def check_without_a_valid_key_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    was = snapshot_before(context, call, key)
    wrong = list(wrong_keys(context, key))

    sends = [partial(context.client.send, keyed(call, None, headers)) for headers in wrong]
    times = -(-context.repeats // len(sends))
    for refused in context.client.send_in_parallel(sends * times):
        expectations_of(context, call).status("KEY", refused, {401})

    expect_unchanged(context, was, call, key, refused)


@for_each_operation(operations.OPERATIONS)
@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_is_no_key(context: CheckContext, operation: OperationSpec, when: str) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    was = snapshot_before(context, call, key)
    revoked = (
        context.create_key(accountGroupId=key.group) if when == "after use" else context.key_revoked_from_start(key)
    )
    if when == "after use":
        context.call(operations.LIST_AUDIENCES, revoked)
        context.revoke(revoked)

    for _ in range(3):
        refused = context.client.send(keyed(call, revoked.token))
        expectations_of(context, call).status("KEY", refused, {401})

    expect_unchanged(context, was, call, key, refused)


@for_each_operation(operations.SCOPED)
def check_without_the_permission_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    was = snapshot_before(context, call, key)
    others = sorted(ALL_PERMISSIONS - {needed(operation)})

    for held in [[], *[[one] for one in others], others]:
        powerless = context.create_key(permissions=held, accountGroupId=key.group)
        refused = context.client.send(keyed(call, powerless.token))
        expectations_of(context, call).status("PERMISSION", refused, {403})

    for further in (sorted(FURTHER), sorted(FURTHER.union(others))):
        with suppress(NotEstablishedError, StatesError):  # a target may not know what it does not serve
            powerless = context.create_key(permissions=further, accountGroupId=key.group)
            refused = context.client.send(keyed(call, powerless.token))
            expectations_of(context, call).status("PERMISSION", refused, {403})

    expect_unchanged(context, was, call, key, refused)


@for_each_operation(operations.SCOPED)
def check_the_permission_alone_suffices(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    call = valid_request(context, operation, key)
    alone = context.create_key(needed(operation), accountGroupId=key.group)

    done = context.client.send(keyed(call, alone.token))

    expectations_of(context, call).status("PERMISSION-SUFFICES", done, SUCCESS)


@pytest.mark.parametrize("held", [[], *[[one] for one in sorted(ALL_PERMISSIONS)]])
def check_any_key_lists_accounts(context: CheckContext, held: list[str]) -> None:
    key = context.create_key(permissions=held)
    call = ApiRequest(operations.LIST_ACCOUNTS, key.token)

    expectations_of(context, call).status("ANY", context.client.send(call), {200})
