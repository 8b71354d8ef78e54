"""The goals of the benchmark."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.figures import Figures, Measure, Series, frugality, p99, throughput
from tests.bench.listing import MANY, PAGE
from tests.bench.requests import DELETES, FLOW, PATHS
from tests.bench.stores import MEMORY, POSTGRESQL, SQLITE, relaxed
from tests.bench.suite import BROKEN, DELETE, FULL
from tests.bench.targets import NO_JOURNAL, OPENAPI_BACKEND_4, OURS, YARDSTICK, replicated


@dataclass(frozen=True)
class Goal:
    """A goal. `by_cpu`: the same figure by CPU time, if there is one."""

    text: str
    figure: float
    limit: float
    at_least: bool
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


REPLICAS = 3
_YARDSTICK = "the same checks in Starlette"
_BESIDE_YARDSTICK = {DELETES: 1.25, "404": 1.25, "409": 1.25, FLOW: 1.25, "401": 1.5, "403": 1.5}
_BESIDE_BACKEND = 1.3
_JOURNAL = 0.95
_STORED = ((SQLITE, 0.45), (POSTGRESQL, 0.25))
_REPLICAS = 1.3
_RELAXED = 2
_LIST = 1.2
_START = 2.3
_MEMORY = 75
_SUITES = {FULL: 20, DELETE: 3, BROKEN: 40}


def goals(figures: Figures) -> list[Goal]:
    """Return the goals whose targets were measured."""
    parts = (_beside_yardstick, _beside_backend, _latency, _journal, _stores, _lists, _start, _memory, _suite)
    return [goal for part in parts for goal in part(figures)]


def _worst(figures: Figures, measure: Measure, series: Series, reference: Series) -> float:
    """Return the worst ratio of the measurements with many connections, where more is better."""
    return min(figures.ratio(measure, series, reference, number).median for number in _many(figures))


def _many(figures: Figures) -> list[int]:
    return [number for number in figures.connections if number > 1] or figures.connections


def _throughputs(figures: Figures, text: str, series: Series, reference: Series, limit: float) -> Iterator[Goal]:
    """Yield the goal for throughput."""
    if figures.has(*series) and figures.has(*reference):
        where = f" at {' and '.join(map(str, _many(figures)))} connections"
        figure, by_cpu = [_worst(figures, measure, series, reference) for measure in (throughput, frugality)]
        yield Goal(text + where, figure, limit, at_least=True, by_cpu=by_cpu)


def _beside_yardstick(figures: Figures) -> Iterator[Goal]:
    for path, limit in _BESIDE_YARDSTICK.items():
        text = f"{path}, beside {_YARDSTICK}"
        yield from _throughputs(figures, text, (OURS.name, path), (YARDSTICK.name, path), limit)


def _beside_backend(figures: Figures) -> Iterator[Goal]:
    for path in PATHS:
        text = f"{path}, beside {OPENAPI_BACKEND_4}"
        yield from _throughputs(figures, text, (OURS.name, path), (OPENAPI_BACKEND_4, path), _BESIDE_BACKEND)


def _latency(figures: Figures) -> Iterator[Goal]:
    """Yield the goal for the latency of deletions, judged by the worst."""
    series, reference = (OURS.name, DELETES), (YARDSTICK.name, DELETES)
    if figures.has(*series) and figures.has(*reference):
        many = _many(figures)
        figure = max(figures.ratio(p99, series, reference, number).median for number in many)
        text = f"p99 of {DELETES}, beside {_YARDSTICK} at {' and '.join(map(str, many))} connections"
        yield Goal(text, figure, 1, at_least=False)


def _journal(figures: Figures) -> Iterator[Goal]:
    for path in PATHS:
        text = f"{path} with the journal, beside without"
        yield from _throughputs(figures, text, (OURS.name, path), (NO_JOURNAL.name, path), _JOURNAL)


def _stores(figures: Figures) -> Iterator[Goal]:
    for store, limit in _STORED:
        text = f"{DELETES} on {store}, beside {_YARDSTICK} in memory"
        yield from _throughputs(figures, text, (store, DELETES), (YARDSTICK.name, DELETES), limit)
    for store, _ in _STORED:
        text = f"{DELETES} on {store} with relaxed durability, beside full"
        yield from _throughputs(figures, text, (relaxed(store), DELETES), (store, DELETES), _RELAXED)
    several, one = (replicated(POSTGRESQL, REPLICAS), DELETES), (POSTGRESQL, DELETES)
    if figures.has(*several) and figures.has(*one):
        text = f"{DELETES} on {POSTGRESQL} a second of processor, {REPLICAS} workers beside one"
        yield Goal(text, _worst(figures, frugality, several, one), _REPLICAS, at_least=True)


def _lists(figures: Figures) -> Iterator[Goal]:
    for target in figures.run.listings:
        on = MEMORY if target == OURS.name else target
        text = f"list of {PAGE} out of {MANY:,} audiences on {on}, beside out of few, in time"
        by_cpu = figures.listing(frugality, target).median
        yield Goal(text, figures.listing(throughput, target).median, _LIST, at_least=False, by_cpu=by_cpu)


def _start(figures: Figures) -> Iterator[Goal]:
    start = figures.start(OURS.name, YARDSTICK.name)
    if start is not None:
        yield Goal(f"start to first response, beside {_YARDSTICK}", start.median, _START, at_least=False)


def _memory(figures: Figures) -> Iterator[Goal]:
    memory = None if figures.run.footprint is None else figures.run.footprint.memory.get(OURS.name)
    if memory is not None:
        late, requests = (
            (memory.loaded, memory.requests) if memory.late is None else (memory.late, memory.late_requests)
        )
        yield Goal(f"memory in MiB after {requests:,} requests", late, _MEMORY, at_least=False)


def _suite(figures: Figures) -> Iterator[Goal]:
    for suite in figures.run.suites:
        text = f"the conformance suite, {suite.name}, in seconds"
        yield Goal(text, suite.seconds, _SUITES[suite.name], at_least=False)
