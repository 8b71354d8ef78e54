"""The comparison of an account group before and after a refused request, which must leave it unchanged."""

from collections.abc import Callable

from conformance.catalogue.operation_spec import Resource
from conformance.client.client import ApiRequest
from conformance.harness.context import CheckContext
from conformance.harness.group_snapshot import Difference, GroupSnapshot
from conformance.harness.group_view import GroupView
from conformance.harness.key import Key
from conformance.results.exchange import Exchange
from conformance.states import HttpStates


def snapshot_before(context: CheckContext, request: ApiRequest, key: Key) -> GroupSnapshot | None:
    """Return a snapshot, once everything shows what was just created; None if the request only reads."""
    return None if request.operation.only_reads else _view(context, request, key).settled()


def expect_unchanged(
    context: CheckContext, before: GroupSnapshot | None, request: ApiRequest, key: Key, *refused: Exchange
) -> None:
    """Take another snapshot and compare it with the one before.

    What can no longer be read has changed. New audiences count only where nobody else uses the account group: elsewhere
    they may be those of earlier jobs.

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
    view = _view(context, request, key)
    after, found = view.compare(before, _may_differ(context, before, request, key))
    requirements = (request.operation.requirement("REFUSED"), request.operation.requirement("CONSISTENT"))
    view.expect_same(requirements, after, found, *refused[-1:])


def _view(context: CheckContext, request: ApiRequest, key: Key) -> GroupView:
    return GroupView(context, key, [request.resource_id] if request.operation.resource is Resource.AUDIENCE else [])


def _may_differ(
    context: CheckContext, before: GroupSnapshot, request: ApiRequest, key: Key
) -> Callable[[Difference], bool]:
    """Return a function that returns whether a member may differ: only where others use the account group, too."""
    if isinstance(context.states, HttpStates):
        return lambda _: False
    ours = {request.resource_id, *context.created_ids[key.group]}
    earlier = before.ids("audience")
    refused_name = (request.body or {}).get("name")

    def may_differ(difference: Difference) -> bool:
        sight = difference.sight
        if sight.id in ours or sight.kind == "account group":
            return False
        if sight.kind == "audience" and sight.id not in earlier:
            return sight.member != "name" or difference.later != refused_name
        return sight.member not in {"name", "jobId"}

    return may_differ
