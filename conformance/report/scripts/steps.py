"""The steps of a script: each recorded request with variables in the places of values that responses gave out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.report.scripts.captures import Capture, captures
from conformance.report.scripts.expressions import Changed, Expression, Slice, Variable, Writer
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.violation import Repetition

_IMPLIED = frozenset({"host", "accept-encoding", "connection", "content-length", "user-agent"})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST_PAUSE = 5.0  # seconds
_SHORTEST_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """A request of a script.

    Attributes:
        number: Its number in the script, from 1.
        exchange: The recorded exchange.
        is_state: Whether it sets a provider state up.
        is_own: Whether it belongs to the check itself, so that its response decides.
        path: What follows the base URL; empty for a provider state.
        headers: The headers.
        body: The body, as an expression; bytes where it is no text.
        captures: The values of its response that later requests need.
        pause: Seconds to wait before it.
    """

    number: int
    exchange: Exchange
    is_state: bool
    is_own: bool
    path: Expression
    headers: tuple[tuple[str, Expression], ...]
    body: Expression | bytes | None
    captures: tuple[Capture, ...] = ()
    pause: float = 0.0

    @property
    def status(self) -> str:
        """The recorded status; 000 without a response."""
        return "000" if self.exchange.status is None else str(self.exchange.status)

    @property
    def variables(self) -> frozenset[str]:
        """The variables that the request names."""
        body = self.body if isinstance(self.body, tuple) else ()
        expressions = (self.path, body, *(value for _, value in self.headers))
        parts = (part for expression in expressions for part in expression)
        return frozenset(part.name for part in parts if isinstance(part, (Variable, Slice, Changed)))

    @property
    def creates_audience(self) -> bool:
        """Whether the request creates an audience."""
        return self.exchange.method == "POST" and self.exchange.url.endswith("/audiences")

    @property
    def is_done(self) -> bool:
        """Whether the recorded request succeeded."""
        return self.exchange.status in SUCCESS


Group = tuple[Step, ...]
"""Steps whose requests are sent concurrently, or a single one."""


def idempotency_keys(repetition: Repetition) -> list[str]:
    """Return the idempotency keys that the suite made: a target may have kept them."""
    headers = (header for exchange in repetition.steps for header in exchange.request_headers)
    keys = dict.fromkeys(value for name, value in headers if name.lower() == "idempotency-key")
    return [key for key in keys if _UUID.fullmatch(key)]


def steps_of(repetition: Repetition, base_url: str, writer: Writer) -> list[Step]:
    """Return the steps that repeat a violation."""
    return _with_used_captures(list(_steps(repetition, base_url, writer)))


def _steps(repetition: Repetition, base_url: str, writer: Writer) -> Iterator[Step]:
    before: Exchange | None = None
    exchanges = repetition.steps
    for index, exchange in enumerate(exchanges):
        is_state = exchange.number in repetition.states
        path = () if is_state else writer.url(exchange.url.removeprefix(base_url))
        headers = tuple((name, writer.header(name, value)) for name, value in _headers(exchange))
        body = _body(exchange.request_body, writer)
        found = captures(exchange, writer.values, exchanges[index + 1 :], is_state=is_state)
        writer.values.update({capture.value: capture.variable for capture in found})
        is_own = exchange.number in repetition.own
        pause = _pause(before, exchange) if is_own else 0.0
        yield Step(index + 1, exchange, is_state, is_own, path, headers, body, found, pause)
        before = exchange if is_own else None


def _headers(exchange: Exchange) -> Iterator[tuple[str, str]]:
    for name, value in exchange.request_headers:
        if name.lower() not in _IMPLIED and (name.lower(), value) != ("accept", "*/*"):
            yield name, value


def _body(raw: bytes | None, writer: Writer) -> Expression | bytes | None:
    if not raw:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    return writer.raw(raw) if "\0" in text else writer.document(text)


def _pause(before: Exchange | None, exchange: Exchange) -> float:
    """Return the seconds that the check waited between two of its requests, until the target had settled."""
    if before is None or not before.started or not exchange.started:
        return 0.0
    pause = exchange.started - before.ended
    return min(round(pause, 1), _LONGEST_PAUSE) if pause >= _SHORTEST_PAUSE else 0.0


def _with_used_captures(steps: list[Step]) -> list[Step]:
    """Return the steps without the captures that no step uses; without provider states, audiences are to be deleted."""
    used = {name for step in steps for name in step.variables}
    if not any(step.is_state for step in steps):
        used.update(capture.variable for step in steps if step.creates_audience for capture in step.captures)
    return [
        replace(step, captures=tuple(capture for capture in step.captures if capture.variable in used))
        for step in steps
    ]


def grouped(steps: list[Step]) -> Iterator[Group]:
    """Yield the steps, those together whose intervals overlap."""
    group: list[Step] = []
    for step in sorted(steps, key=_start):
        if group and not _overlaps(group, step):
            yield tuple(group)
            group = []
        group.append(step)
    if group:
        yield tuple(group)


def alike(group: Group) -> list[Group]:
    """Return the steps of a group, those with the same request together: their responses may be exchanged."""
    classes: dict[object, list[Step]] = {}
    for step in group:
        classes.setdefault((step.exchange.method, step.path, step.headers, step.body), []).append(step)
    return [tuple(steps) for steps in classes.values()]


def _start(step: Step) -> tuple[float, int]:
    return (step.exchange.started, step.number)


def _overlaps(group: list[Step], step: Step) -> bool:
    takes_part = all(part.is_own or part.is_state for part in (*group, step))
    return (
        takes_part
        and bool(step.exchange.started)
        and step.exchange.started < max(other.exchange.ended for other in group)
    )
