"""The relaxation of a history: the part of its responses by which a script can see the violation again.

A script sends all overlapping requests at once, in whatever order they then take effect, so that neither their order
nor a body that depends on it may decide.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from conformance.concurrency.linearizability import Outcome, SearchResult, TimedOperation
from conformance.model.events import Event
from conformance.model.messages import Request, Response
from conformance.model.refusal_grounds import CONFLICT, NOT_READY
from conformance.model.state import State

Action = Request | Event
Operation = TimedOperation[Action, Response]
Search = Callable[[list[Operation]], SearchResult[State, Action, Response]]


def decisive_bodies(history: Sequence[Operation], search: Search) -> frozenset[int] | None:
    """Return the operations whose bodies it takes, besides all statuses, for a search to find no order.

    Args:
        history: The operations of a history for which no order is allowed.
        search: The search for an order.

    Returns:
        The indices of as few operations as need be, rather early than late ones, and rather those that do not overlap;
        None if some order is allowed as soon as overlapping requests may come in any.
    """
    clusters = _clusters(history)
    operations = [_spanning(one, cluster) for cluster in clusters for one in cluster]
    if search(operations).outcome is not Outcome.ILLEGAL:
        return None
    sizes = {one.index: len(cluster) for cluster in clusters for one in cluster}
    needed = set(sizes)
    for index in sorted(sizes, key=lambda index: (-sizes[index], -index)):
        if search(with_bodies_of(needed - {index}, operations)).outcome is Outcome.ILLEGAL:
            needed.remove(index)
    return frozenset(needed)


def with_bodies_of(indices: Collection[int], operations: Iterable[Operation]) -> list[Operation]:
    """Return the operations, all but some of them with nothing but the statuses of their responses."""
    return [one if one.index in indices else replace(one, response=_status_of(one.response)) for one in operations]


def _clusters(history: Iterable[Operation]) -> list[list[Operation]]:
    """Return the operations in groups of those that overlap, directly or by others between them."""
    clusters: list[list[Operation]] = []
    for operation in sorted(history, key=lambda one: one.start):
        if clusters and operation.start < max(map(_end, clusters[-1])):
            clusters[-1].append(operation)
        else:
            clusters.append([operation])
    return clusters


def _end(operation: Operation) -> float:
    return float("inf") if operation.end is None else operation.end


def _spanning(operation: Operation, cluster: Sequence[Operation]) -> Operation:
    """Return an operation with the interval of all that overlap."""
    end = max((one.end for one in cluster if one.end is not None), default=operation.end)
    return replace(operation, start=cluster[0].start, end=None if operation.end is None else end)


def _status_of(response: Response | None) -> Response | None:
    """Return a response without its body; a refusal has the documented code, as a script does not look at it."""
    if response is None:
        return None
    return Response(response.status, NOT_READY if response.status in CONFLICT else None)
