"""The keys and permissions that each operation demands."""

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
from conformance.harness.expectations import Expectations
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
"""The other printed permissions; their operations are not part of this suite."""


def with_key(request: ApiRequest, token: str | None, headers: dict[str, str] | None = None) -> ApiRequest:
    """Return the same request with another key, and with further headers."""
    options = RequestOptions({**request.options.headers, **(headers or {})})
    return dataclasses.replace(request, key=token, options=options)


def required_permission(operation: OperationSpec) -> str:
    """Return the permission that an operation requires; empty if any key will do."""
    return operation.permission.wire if operation.permission else ""


def invalid_key_headers(context: CheckContext, key: Key) -> Iterator[dict[str, str]]:
    """Yield headers without a valid key: none, a malformed one, another scheme, an unknown key, near misses."""
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
    request = valid_request(context, operation, key)

    done = context.client.send(request)

    Expectations(context).done(operation.requirement("DONE"), done)


@for_each_operation(operations.OPERATIONS)
def check_without_a_valid_key_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    before = snapshot_before(context, request, key)
    invalid = list(invalid_key_headers(context, key))

    sends = [partial(context.client.send, with_key(request, None, headers)) for headers in invalid]
    times = -(-context.repeats // len(sends))
    for refused in context.client.send_in_parallel(sends * times):
        Expectations(context).status(operation.requirement("KEY"), refused, {401})

    expect_unchanged(context, before, request, key, refused)


@for_each_operation(operations.OPERATIONS)
@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_is_no_key(context: CheckContext, operation: OperationSpec, when: str) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    before = snapshot_before(context, request, key)
    revoked = (
        context.create_key(accountGroupId=key.group) if when == "after use" else context.key_revoked_from_start(key)
    )
    if when == "after use":
        context.call(operations.LIST_AUDIENCES, revoked)
        context.revoke(revoked)

    for refused in context.client.send_in_parallel(
        [partial(context.client.send, with_key(request, revoked.token))] * 3
    ):
        Expectations(context).announced(operation.requirement("KEY"), refused, 401, f"the key is revoked, {when}")

    expect_unchanged(context, before, request, key, refused)


@for_each_operation(operations.SCOPED)
def check_without_the_permission_nothing_is_done(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    before = snapshot_before(context, request, key)
    others = sorted(ALL_PERMISSIONS - {required_permission(operation)})
    expect, requirement_id = Expectations(context), operation.requirement("PERMISSION")

    held = [[], *[[permission] for permission in others], others]
    powerless = [context.create_key(permissions=one, accountGroupId=key.group) for one in held]
    for further in (sorted(FURTHER), sorted(FURTHER.union(others))):
        with suppress(NotEstablishedError, StatesError):  # a target may not know what it does not serve
            powerless.append(context.create_key(permissions=further, accountGroupId=key.group))
    sends = [partial(context.client.send, with_key(request, one.token)) for one in powerless]
    for refused in context.client.send_in_parallel(sends):
        expect.status(requirement_id, refused, {403})

    expect_unchanged(context, before, request, key, refused)


@for_each_operation(operations.SCOPED)
def check_the_permission_alone_suffices(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    request = valid_request(context, operation, key)
    permitted = context.create_key(required_permission(operation), accountGroupId=key.group)

    done = context.client.send(with_key(request, permitted.token))

    Expectations(context).status(operation.requirement("PERMISSION-SUFFICES"), done, SUCCESS)


@pytest.mark.parametrize("held", [[], *[[permission] for permission in sorted(ALL_PERMISSIONS)]])
def check_any_key_lists_accounts(context: CheckContext, held: list[str]) -> None:
    key = context.create_key(permissions=held)

    exchange = context.client.send(ApiRequest(operations.LIST_ACCOUNTS, key.token))

    Expectations(context).status("ACCOUNT-LIST-ANY", exchange, {200})
