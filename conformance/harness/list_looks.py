"""Looks at several lists of audiences side by side, until each shows what it has to, for the settling time at most."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.snapshots import eventually, listed, read_all_pages
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

Place = tuple[Key, OperationSpec]
"""The list or the navigation, as a key sees it."""

Look = tuple[set[str], list[Exchange]]
"""The identifiers that a list shows, and the exchanges."""

_SMALL_PAGES = 4
_T = TypeVar("_T")


def listed_on_small_pages(context: CheckContext, operation: OperationSpec, key: Key) -> Look:
    """Return what `listed` does, and what the list shows on pages so small that there are several.

    Pages behind a cursor may come from another place than the first one.
    """
    ids, exchanges = listed(context, operation, key)
    if operation is not operations.LIST_AUDIENCES or not ids:
        return ids, exchanges
    with suppress(NotEstablishedError):  # which sizes are allowed is not printed
        items, pages = read_all_pages(context, operation, key, limit=-(-len(ids) // _SMALL_PAGES))
        return ids.union(str(item.get("id")) for item in items), [*exchanges, *pages]
    return ids, exchanges


def read_settled(context: CheckContext, reads: Sequence[Callable[[], _T]], is_right: Callable[[_T], bool]) -> list[_T]:
    """Read side by side, and once more what is not right, when the settling time is over."""
    results = context.client.send_in_parallel(reads)
    late = [index for index, result in enumerate(results) if not is_right(result)]
    if late:
        context.wait(sum(context.facts.settling.pauses()))
        again = context.client.send_in_parallel([reads[index] for index in late])
        results = [dict(zip(late, again, strict=True)).get(index, result) for index, result in enumerate(results)]
    return results


def look_until(
    context: CheckContext,
    is_right: Mapping[Place, Callable[[set[str]], bool]],
    read: Callable[[CheckContext, OperationSpec, Key], Look] = listed_on_small_pages,
) -> tuple[dict[Place, Look], dict[Place, Look]]:
    """Read lists side by side, and those that are not right again, for the settling time at most.

    Args:
        context: The context of the check.
        is_right: The lists, each with a function that returns whether the identifiers that it shows are right.
        read: The function that reads a list.

    Returns:
        The first and the last look at each list.
    """
    first: dict[Place, Look] = {}
    last: dict[Place, Look] = {}

    def are_right() -> bool:
        pending = [place for place in is_right if place not in last or not is_right[place](last[place][0])]
        reads = [partial(read, context, operation, key) for key, operation in pending]
        last.update(zip(pending, context.client.send_in_parallel(reads), strict=True))
        first.update({place: look for place, look in last.items() if place not in first})
        return all(is_right[place](ids) for place, (ids, _) in last.items())

    eventually(context, are_right)
    return first, last
