"""The timeline of concurrent requests, or of many: clients, intervals, and the order that explains the responses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from conformance.results.exchange import Exchange

_LONG = 8
"""The fewest exchanges whose timeline is shown although none overlap."""

_SEGMENT = 12  # characters of a segment of a path that are shown


@dataclass(frozen=True, slots=True)
class TimelineOperation:
    """A request, or a provider state, of a timeline.

    Attributes:
        client: The number of its client, from 1.
        label: The request and the response in short.
        start: The start of its interval, in seconds from the first one.
        end: The end; None where no response came.
        place: Its place in the longest order that explains the responses, from 1; None where it is not in that order.
        effect: The time at which it takes effect in that order.
        fits: False for the response that fits nowhere after that order.
    """

    client: int
    label: str
    start: float
    end: float | None
    place: int | None = None
    effect: float | None = None
    fits: bool = True


Timeline = tuple[TimelineOperation, ...]


def effect_points(starts: Sequence[float]) -> list[float]:
    """Return when operations take effect in a legal order, as early as possible, given when they start."""
    points: list[float] = []
    for start in starts:
        points.append(max(start, points[-1] if points else start))
    return points


def timeline_of(exchanges: Iterable[Exchange]) -> Timeline:
    """Return the timeline of exchanges that overlap, or that are many; else nothing. The last one fits nowhere."""
    ordered = sorted((one for one in exchanges if one.started), key=lambda one: one.started)
    if not ordered:
        return ()
    overlap = any(later.started < earlier.ended for earlier, later in pairwise(ordered))
    if not overlap and len(ordered) < _LONG:
        return ()
    clients = _lanes(ordered) if overlap else _keys(ordered)
    last = max(ordered, key=lambda one: one.number)
    places = {one.number: place for place, one in enumerate(ordered, 1) if not overlap and one is not last}
    zero = ordered[0].started
    return tuple(
        TimelineOperation(
            client=client,
            label=_label(one),
            start=one.started - zero,
            end=None if one.status is None else one.ended - zero,
            place=places.get(one.number),
            effect=(one.started + one.ended) / 2 - zero if one.number in places else None,
            fits=one is not last,
        )
        for one, client in zip(ordered, clients, strict=True)
    )


def legend(timeline: Timeline) -> list[str]:
    """Return the timeline as lines: the longest order, then the response that fits nowhere, then the others."""
    placed = sorted((one for one in timeline if one.place is not None), key=lambda one: one.place or 0)
    lines = [f"{one.place}. client {one.client}: {one.label}" for one in placed]
    lines += [f"fits nowhere: client {one.client}: {one.label}" for one in timeline if not one.fits]
    return lines + [f"also: client {one.client}: {one.label}" for one in timeline if one.place is None and one.fits]


def _label(exchange: Exchange) -> str:
    path = urlsplit(exchange.url).path
    _, accounts, rest = path.partition("/accounts/")
    segments = rest.split("/")[1:] if accounts else path.strip("/").split("/")
    short = "/".join(part if len(part) <= _SEGMENT else f"…{part[-4:]}" for part in segments)
    return f"{exchange.method} {short} → {'no response' if exchange.status is None else exchange.status}"


def _lanes(ordered: Sequence[Exchange]) -> list[int]:
    """Return a lane for each exchange: the first one that is free."""
    free: list[float] = []
    lanes = []
    for one in ordered:
        lane = next((index for index, until in enumerate(free) if until <= one.started), len(free))
        free[lane : lane + 1] = [one.ended]
        lanes.append(lane + 1)
    return lanes


def _keys(ordered: Sequence[Exchange]) -> list[int]:
    """Return a client for each exchange: one for each API key."""
    numbers: dict[str, int] = {}
    return [numbers.setdefault(_token(one), len(numbers) + 1) for one in ordered]


def _token(exchange: Exchange) -> str:
    return next((value for name, value in exchange.request_headers if name.lower() == "authorization"), "")
