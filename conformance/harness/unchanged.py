"""The comparison of an account group before and after a refused request, which must leave it unchanged."""

from dataclasses import dataclass
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Resource
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.harness.snapshots import Snapshot, eventually, read, take_snapshot
from conformance.results.exchange import Exchange
from conformance.states import HttpStates

_COMPARED = ("id", "name", "description", "folderId")


@dataclass(frozen=True)
class ResourceSnapshot:
    """The visible state before a request.

    Attributes:
        group: The account group.
        resource: The audience or job that the request names; None if it names neither.
    """

    group: Snapshot
    resource: dict[str, Any] | None


def snapshot_before(context: CheckContext, request: ApiRequest, key: Key) -> ResourceSnapshot | None:
    """Return a snapshot, once the lists show what was just created; None if the request only reads."""
    if request.operation.only_reads:
        return None
    snapshots = [take_snapshot(context, key)]

    def shows_all() -> bool:
        snapshots.append(take_snapshot(context, key))
        return context.created_ids[key.group] <= {*snapshots[-1].audiences, *snapshots[-1].folders}

    if not context.created_ids[key.group] <= {*snapshots[0].audiences, *snapshots[0].folders}:
        eventually(context, shows_all)
    return ResourceSnapshot(snapshots[-1], _read_resource(context, request, key)[0])


def expect_unchanged(
    context: CheckContext, before: ResourceSnapshot | None, request: ApiRequest, key: Key, *refused: Exchange
) -> None:
    """Take another snapshot and compare it with the one before.

    New audiences count only where nobody else uses the account group: elsewhere they may be those of earlier jobs.

    Args:
        context: The context of the check.
        before: The snapshot before the request; None if the request only reads.
        request: The refused request.
        key: A key that may read everything of the account group.
        refused: The refusals; the last one is shown with a violation.

    Raises:
        ViolationError: The refused request has changed something.
    """
    if before is None:
        return
    expect, requirement_id = Expectations(context), request.operation.requirement("REFUSED")
    resource, exchanges = _read_resource(context, request, key)
    holds, evidence = resource == before.resource, [*refused[-1:], *exchanges]
    expect.condition(requirement_id, f"still {before.resource}", f"{resource}", evidence, holds=holds)
    group = take_snapshot(context, key)
    if not isinstance(context.states, HttpStates):
        group = group.without_new(before.group, (request.body or {}).get("name"))
    holds, evidence = group.agrees(before.group), [*refused[-1:], *group.exchanges]
    expected = f"still {before.group.diff(group)}"
    expect.condition(requirement_id, expected, group.diff(before.group), evidence, holds=holds)


def _read_resource(
    context: CheckContext, request: ApiRequest, key: Key
) -> tuple[dict[str, Any] | None, list[Exchange]]:
    """Read the audience or job that a request names."""
    if request.operation.resource is Resource.AUDIENCE:
        audience, exchange = read(context, key, request.resource_id)
        return {name: audience.get(name) for name in _COMPARED}, [exchange]
    if request.operation is operations.CANCEL_JOB:
        exchange = context.call(operations.GET_JOB, key, request.resource_id)
        return {"status": json_at(exchange, "data", "status")}, [exchange]
    return None, []
