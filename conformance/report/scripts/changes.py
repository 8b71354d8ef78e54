"""The changes between two responses: each place that differs, with its earlier and its later value."""

import json
from collections.abc import Iterator
from typing import Any

ABSENT = "(not shown)"
Json = Any


def changes(earlier: Json, later: Json) -> list[Json]:
    """Return what differs between two documents: each place, with its earlier and its later value.

    Items of a list are told apart by their identifiers. The trace id is left out, as it always differs.
    """
    before, after = dict(_places(earlier, ())), dict(_places(later, ()))
    return [
        [list(place), before.get(place, ABSENT), after.get(place, ABSENT)]
        for place in dict.fromkeys([*before, *after])
        if json.dumps(before.get(place, ABSENT)) != json.dumps(after.get(place, ABSENT))  # 1 is not true
    ] + [
        [[*place, "order"], order, others]
        for place, order, others in _orders(dict(_lists(earlier, ())), dict(_lists(later, ())))
        if order != others
    ]


def response_changes(earlier: list[Json], later: list[Json]) -> list[Json]:
    """Return what differs between two responses, each given by its status and its body."""
    before, after = ({"status": status, "body": body} for status, body in (earlier, later))
    return changes(before, after)


def changed_places(found: list[Json]) -> list[Json]:
    """Return the places of changes, and whether each was shown: the values may be others at another time."""
    return [[place, before != ABSENT, after != ABSENT] for place, before, after in found]


def _places(value: Json, place: tuple[Json, ...]) -> Iterator[tuple[tuple[Json, ...], Json]]:
    """Yield the values in a document that are neither objects nor lists, each with its place."""
    if isinstance(value, dict):
        for name in sorted(value):
            if name != "traceId":
                yield from _places(value[name], (*place, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*place, _key(item, index)))
    else:
        yield place, value


def _lists(value: Json, place: tuple[Json, ...]) -> Iterator[tuple[tuple[Json, ...], list[Json]]]:
    """Yield the identifiers of the items of each list in a document, with its place."""
    if isinstance(value, dict):
        for name in sorted(value):
            yield from _lists(value[name], (*place, name))
    elif isinstance(value, list):
        yield place, [_key(item, index) for index, item in enumerate(value)]
        for index, item in enumerate(value):
            yield from _lists(item, (*place, _key(item, index)))


def _orders(
    before: dict[Any, list[Json]], after: dict[Any, list[Json]]
) -> Iterator[tuple[Any, list[Json], list[Json]]]:
    """Yield the two orders of the items that both lists of a place have."""
    for place, order in before.items():
        others = after.get(place, [])
        yield place, [key for key in order if key in others], [key for key in others if key in order]


def _key(item: Json, index: int) -> Json:
    """Return the identifier of an item of a list; its index where it has none."""
    found = None
    if isinstance(item, dict):
        found = item.get("id", False)
        found = item.get("jobId") if found is None or found is False else found
    return found if isinstance(found, str) else index


def change_text(change: list[Json]) -> str:
    """Return a change as a text."""
    place, *values = change
    before, after = (json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values)
    return f"{'.'.join(map(str, place))}: {before} -> {after}"
