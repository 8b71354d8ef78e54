"""What a refused request must leave as it was."""

from dataclasses import dataclass
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Resource
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import expectations_of
from conformance.harness.key import Key
from conformance.harness.snapshots import Snapshot, eventually, read, take_snapshot
from conformance.results.exchange import Exchange
from conformance.states import HttpStates

_SHOWN = ("id", "name", "description", "folderId")


@dataclass(frozen=True)
class ResourceSnapshot:
    """What could be seen before: of the account group, and of what the request names."""

    view: Snapshot
    named: dict[str, Any] | None


def snapshot_before(context: CheckContext, call: ApiRequest, key: Key) -> ResourceSnapshot | None:
    """Look, where a request might change something; what was just made has to be in the list first."""
    if call.operation in operations.READING:
        return None
    seen = [take_snapshot(context, key)]

    def shows_all() -> bool:
        seen.append(take_snapshot(context, key))
        return context.created_ids[key.group] <= {*seen[-1].audiences, *seen[-1].folders}

    if not context.created_ids[key.group] <= {*seen[0].audiences, *seen[0].folders}:
        eventually(context, shows_all)
    return ResourceSnapshot(seen[-1], _named(context, call, key)[0])


def expect_unchanged(
    context: CheckContext, was: ResourceSnapshot | None, call: ApiRequest, key: Key, *refused: Exchange
) -> None:
    """Look again, and note whether anything is not as it was.

    Where others use the account group as well, such as jobs of earlier checks, what came may be theirs.
    """
    expect = expectations_of(context, call)
    if was is None:
        return
    named, shown = _named(context, call, key)
    evidence = [*refused[-1:], *shown]
    expect.expect("REFUSED", f"still {was.named}", f"{named}", evidence, holds=named == was.named)
    now = take_snapshot(context, key)
    if not isinstance(context.states, HttpStates):
        now = now.without_new(was.view, (call.body or {}).get("name"))
    evidence = [*refused[-1:], *now.exchanges]
    holds = now.agrees(was.view)
    expect.expect("REFUSED", f"still {was.view.diff(now)}", now.diff(was.view), evidence, holds=holds)


def _named(context: CheckContext, call: ApiRequest, key: Key) -> tuple[dict[str, Any] | None, list[Exchange]]:
    """The audience or job that a request names, as it is read."""
    if call.operation.resource is Resource.AUDIENCE:
        shown, exchange = read(context, key, call.resource_id)
        return {name: shown.get(name) for name in _SHOWN}, [exchange]
    if call.operation is operations.CANCEL_JOB:
        exchange = context.call(operations.GET_JOB, key, call.resource_id)
        return {"status": json_at(exchange, "data", "status")}, [exchange]
    return None, []
