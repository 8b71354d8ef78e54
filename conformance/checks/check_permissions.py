"""Who may do what: every operation, by every kind of key."""

import dataclasses
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

import pytest

from conformance.client.client import Call, Extras
from conformance.harness.context import Key, Situation
from conformance.harness.expectations import expecting
from conformance.harness.operations import EVERY, SCOPED, each
from conformance.harness.unchanged import before, expect_unchanged
from conformance.harness.valid_requests import scene
from conformance.model import OperationId
from conformance.model.operation import ALL_PERMISSIONS
from conformance.results.verdicts import SUCCESS
from conformance.states import NotEstablishedError, StatesError

FURTHER = frozenset(
    {
        *("signals:read", "signals:write", "templates:read", "templates:write", "messages:read", "messages:write"),
        *("campaigns:read", "campaigns:write", "campaigns:execute", "campaigns:delete"),
    }
)
"""The other permissions that are printed, which belong to operations that are not tried here."""

pytestmark = pytest.mark.profile("audiences")


def keyed(call: Call, token: str | None, headers: dict[str, str] | None = None) -> Call:
    """The same request with another key."""
    return dataclasses.replace(call, key=token, extras=Extras({**call.extras.headers, **(headers or {})}))


def needed(operation: OperationId) -> str:
    """The permission that an operation needs."""
    return operation.permission.wire if operation.permission else ""


def wrong_keys(situation: Situation, key: Key) -> Iterator[dict[str, str]]:
    """Headers that carry no valid key: none, malformed ones, another scheme, unknown ones and near misses."""
    token, place = key.token, situation.chance.randrange(len(key.token))
    other = "a" if token[place] != "a" else "b"
    near = [
        token.swapcase(),
        token[:-1],
        token + "x",
        token[:place] + other + token[place + 1 :],
        token[1:],
        f"{token}.{token}",
        "x",
    ]
    yield {}
    yield {"Authorization": "Bearer"}
    yield {"Authorization": "Basic eDp5"}
    yield {"Authorization": "x"}
    for one in situation.nowhere(near):
        yield {"Authorization": f"Bearer {one}"}


@each(EVERY)
def check_what_nothing_stands_against_is_done(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)

    done = situation.client.send(call)

    expecting(situation, call).done(done)


@each(EVERY)
def check_without_a_valid_key_nothing_is_done(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    was = before(situation, call, key)
    wrong = list(wrong_keys(situation, key))

    sends = [partial(situation.client.send, keyed(call, None, headers)) for headers in wrong]
    times = -(-situation.repeats // len(sends))
    for refused in situation.client.side_by_side(sends * times):
        expecting(situation, call).status("KEY", refused, {401})

    expect_unchanged(situation, was, call, key, refused)


@each(EVERY)
@pytest.mark.parametrize("when", ["from the start", "after use"])
def check_a_revoked_key_is_no_key(situation: Situation, operation: OperationId, when: str) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    was = before(situation, call, key)
    revoked = situation.key(accountGroupId=key.group) if when == "after use" else situation.born_revoked(key)
    if when == "after use":
        situation.do(OperationId.LIST_AUDIENCES, revoked)
        situation.revoke(revoked)

    for _ in range(3):
        refused = situation.client.send(keyed(call, revoked.token))
        expecting(situation, call).status("KEY", refused, {401})

    expect_unchanged(situation, was, call, key, refused)


@each(SCOPED)
def check_without_the_permission_nothing_is_done(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    was = before(situation, call, key)
    others = sorted(ALL_PERMISSIONS - {needed(operation)})

    for held in [[], *[[one] for one in others], others]:
        powerless = situation.key(permissions=held, accountGroupId=key.group)
        refused = situation.client.send(keyed(call, powerless.token))
        expecting(situation, call).status("PERMISSION", refused, {403})

    for further in (sorted(FURTHER), sorted(FURTHER.union(others))):
        with suppress(NotEstablishedError, StatesError):  # a target may not know what it does not serve
            powerless = situation.key(permissions=further, accountGroupId=key.group)
            refused = situation.client.send(keyed(call, powerless.token))
            expecting(situation, call).status("PERMISSION", refused, {403})

    expect_unchanged(situation, was, call, key, refused)


@each(SCOPED)
def check_the_permission_alone_suffices(situation: Situation, operation: OperationId) -> None:
    key = situation.key()
    call = scene(situation, operation, key)
    alone = situation.key(needed(operation), accountGroupId=key.group)

    done = situation.client.send(keyed(call, alone.token))

    expecting(situation, call).status("PERMISSION-SUFFICES", done, SUCCESS)


@pytest.mark.profile("full")
@pytest.mark.parametrize("held", [[], *[[one] for one in sorted(ALL_PERMISSIONS)]])
def check_any_key_lists_accounts(situation: Situation, held: list[str]) -> None:
    key = situation.key(permissions=held)
    call = Call(OperationId.LIST_ACCOUNTS, key.token)

    expecting(situation, call).status("ANY", situation.client.send(call), {200})
