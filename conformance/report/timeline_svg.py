"""The drawing of a timeline: a lane for each client, time to the right, the points at which requests take effect."""

from html import escape

from conformance.report.legible import line
from conformance.results.timeline import Timeline, TimelineOperation, legend

_LEFT, _COLUMN, _LANE, _TOP = 72, 24, 44, 24
_BAR, _RADIUS = 20, 5
_START, _EFFECT, _END = range(3)


def render(timeline: Timeline, name: str) -> str:
    """Return a figure with the drawing, and with the same as a list; nothing for an empty timeline.

    Args:
        timeline: The timeline.
        name: The first part of the identifiers in the page.
    """
    if not timeline:
        return ""
    columns, width = _columns(timeline)
    lanes = max(one.client for one in timeline)
    size = (_LEFT + (width + 1) * _COLUMN, _TOP + lanes * _LANE)
    texts = "".join(f"<li>{escape(line(text))}</li>" for text in legend(timeline))
    operations = [_operation(one, index, columns, size[0]) for index, one in enumerate(timeline)]
    shapes = [*_lane_shapes(lanes, size[0]), *operations, *_order_line(timeline, columns)]
    return (
        f'<figure><div class="drawing"><svg role="img" aria-labelledby="{name}-title {name}-desc" '
        f'width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}">'
        f'<title id="{name}-title">Requests of {lanes} client{"" if lanes == 1 else "s"}</title>'
        f'<desc id="{name}-desc">A lane for each client, time to the right. A point is where a request takes effect in '
        f"the longest order that explains the responses. Red is the response that fits nowhere.</desc>"
        f'{"".join(shapes)}</svg></div><figcaption>{_CAPTION}<ul class="order">{texts}</ul></figcaption></figure>'
    )


_CAPTION = "The longest order that explains the responses, and what fits nowhere after it:"


def _columns(timeline: Timeline) -> tuple[dict[tuple[int, int], int], int]:
    """Return the column of each start, effect and end, one for each moment, and the number of columns."""
    last = max(max(one.start, one.end or 0, one.effect or 0) for one in timeline) + 1
    moments: list[tuple[float, int, int, int]] = []
    for index, one in enumerate(timeline):
        moments.append((one.start, _START, 0, index))
        moments.append((last if one.end is None else one.end, _END, 0, index))
        if one.effect is not None:
            moments.append((one.effect, _EFFECT, one.place or 0, index))
    ordered = sorted(moments)
    return {(index, kind): column for column, (_, kind, _, index) in enumerate(ordered)}, len(ordered)


def _x(column: int) -> int:
    return _LEFT + column * _COLUMN


def _y(client: int) -> int:
    return _TOP + (client - 1) * _LANE + _LANE // 2


def _lane_shapes(lanes: int, width: int) -> list[str]:
    return [
        f'<text class="who" x="0" y="{_y(client) + 5}">client {client}</text>'
        f'<line class="lane" x1="{_LEFT}" x2="{width}" y1="{_y(client)}" y2="{_y(client)}"/>'
        for client in range(1, lanes + 1)
    ]


def _order_line(timeline: Timeline, columns: dict[tuple[int, int], int]) -> list[str]:
    """Return the line through the points of the order."""
    placed = [(one.place, index) for index, one in enumerate(timeline) if one.place is not None]
    points = [f"{_x(columns[index, _EFFECT])},{_y(timeline[index].client)}" for _, index in sorted(placed)]
    return [f'<polyline class="order" points="{" ".join(points)}"/>'] if len(points) > 1 else []


def _operation(one: TimelineOperation, index: int, columns: dict[tuple[int, int], int], width: int) -> str:
    start, y = _x(columns[index, _START]), _y(one.client)
    end = width if one.end is None else _x(columns[index, _END])
    kind = "bar" if one.fits else "bar wrong"
    bar = f'<rect class="{kind}" x="{start}" y="{y - _BAR // 2}" width="{end - start}" height="{_BAR}" rx="4"/>'
    label = f"<title>{escape(line(f'client {one.client}: {one.label}'))}</title>"
    mark = ""
    if one.place is not None:
        x = _x(columns[index, _EFFECT])
        mark = f'<circle class="effect" cx="{x}" cy="{y}" r="{_RADIUS}"/>'
        mark += f'<text class="place" x="{x}" y="{y - _BAR // 2 - 3}">{one.place}</text>'
    elif not one.fits:
        mark = f'<text class="place wrong" x="{(start + end) // 2}" y="{y - _BAR // 2 - 3}">✕</text>'
    return f"<g>{label}{bar}{mark}</g>"
