"""The expectations of a read after a write: it shows the effect at once, or once it has settled."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conformance.catalogue import operations
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually
from conformance.results.exchange import Exchange

_OK = 200


def expect_members(
    context: CheckContext, requirement_id: str, members: Mapping[str, Any], exchange: Exchange, *before: Exchange
) -> None:
    """Expect a response to show members with these values; a member that it does not show decides nothing."""
    data = json_at(exchange, "data")
    shown = data if isinstance(data, dict) else dict.fromkeys(members)
    expect_shown(context, requirement_id, members, shown, [*before, exchange])


def expect_shown(
    context: CheckContext,
    requirement_id: str,
    members: Mapping[str, Any],
    shown: Mapping[str, Any],
    exchanges: Sequence[Exchange],
) -> None:
    """Expect an object to have members with these values; a member that it lacks decides nothing."""
    for name, value in members.items():
        if name not in shown:
            context.ledger.blocked([requirement_id], f"the member '{name}' is not shown")
            continue
        expected, actual = (f"{name} {json.dumps(item, ensure_ascii=False)}" for item in (value, shown[name]))
        Expectations(context).condition(requirement_id, expected, actual, exchanges, holds=shown[name] == value)


def expect_read_back(
    context: CheckContext,
    requirement_id: str,
    members: Mapping[str, Any],
    key: Key,
    audience_id: str,
    *before: Exchange,
) -> Exchange:
    """Read an audience until it shows members with these values, and expect that it does within the settling time.

    Args:
        context: The context of the check.
        requirement_id: The requirement that demands the values.
        members: The members and their values.
        key: The key that reads.
        audience_id: The audience.
        before: The exchanges that have set the values.

    Returns:
        The last reading, which is successful.

    Raises:
        ViolationError: The audience cannot be read, or shows another value, and the requirement is a MUST.
    """
    read_back = read_until(
        context, lambda: context.call(operations.GET_AUDIENCE, key, audience_id), lambda read: shows(read, members)
    )
    if read_back.status != _OK:
        Expectations(context).status(requirement_id, read_back, {_OK}, *before)
    expect_members(context, requirement_id, members, read_back, *before)
    return read_back


def shows(exchange: Exchange, members: Mapping[str, Any]) -> bool:
    """Whether a successful response shows no member with another value than these."""
    data = json_at(exchange, "data")
    if exchange.status != _OK or not isinstance(data, dict):
        return False
    return all(data.get(name, value) == value for name, value in members.items())


def read_until(
    context: CheckContext,
    read: Callable[[], Exchange],
    holds: Callable[[Exchange], bool],
    requirement_id: str = "AUD-GET-CONSISTENT",
) -> Exchange:
    """Repeat a read until a condition holds, for the settling time at most, and return the last reading.

    Args:
        context: The context of the check.
        read: A function that reads.
        holds: A function that returns whether a reading shows the change.
        requirement_id: The requirement, a SHOULD, that the first reading shows it.
    """
    readings: list[Exchange] = []

    def is_shown() -> bool:
        readings.append(read())
        return holds(readings[-1])

    at_once, in_time = eventually(context, is_shown, "single reads")
    if in_time:
        expect, first = Expectations(context), readings[0]
        expected = "the change, at once (it was shown later)"
        expect.condition(requirement_id, expected, describe(first), [first, readings[-1]], holds=at_once)
    return readings[-1]
