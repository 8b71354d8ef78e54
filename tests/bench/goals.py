"""The goals of the benchmark."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.figures import Figures, Measure, Series, frugality, p99, throughput
from tests.bench.listing import MANY, PAGE
from tests.bench.requests import DELETES, REFUSALS
from tests.bench.stores import MEMORY, POSTGRESQL, SQLITE
from tests.bench.targets import BARE, OPENAPI_BACKEND, OURS, PRISM, replicated


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
_OWN_DELETES = (OURS.name, DELETES)
_BARE_DELETES = (BARE.name, DELETES)
_STORED = ((SQLITE, 0.25), (POSTGRESQL, 0.15))


def goals(figures: Figures) -> list[Goal]:
    """Return the goals whose targets were measured."""
    return [goal for part in (_beside_bare, _peers, _stores, _lists, _footprint) for goal in part(figures)]


def _throughputs(figures: Figures, text: str, series: Series, reference: Series, limit: float) -> Iterator[Goal]:
    """Yield the goal for throughput, judged by the worst run with many connections."""
    if not (figures.has(*series) and figures.has(*reference)):
        return
    many = [number for number in figures.connections if number > 1] or figures.connections

    def worst(measure: Measure) -> float:
        return min(figures.ratio(measure, series, reference, number).median for number in many)

    where = f" at {' and '.join(map(str, many))} connections"
    yield Goal(text + where, worst(throughput), limit, at_least=True, by_cpu=worst(frugality))


def _latency(figures: Figures, text: str, series: Series, reference: Series, limit: float) -> Iterator[Goal]:
    """Yield the goal for latency, judged with the most connections."""
    if figures.has(*series) and figures.has(*reference):
        most = figures.connections[-1]
        figure = figures.ratio(p99, series, reference, most).median
        yield Goal(f"p99 of {text} at {most} connections", figure, limit, at_least=False)


def _beside_bare(figures: Figures) -> Iterator[Goal]:
    for path, limit in ((DELETES, 0.9), ("404", 0.75)):
        text = f"{path}, beside bare Starlette"
        yield from _throughputs(figures, text, (OURS.name, path), (BARE.name, path), limit)
    for path in REFUSALS:
        text = f"{path}, beside our {DELETES}"
        yield from _throughputs(figures, text, (OURS.name, path), _OWN_DELETES, 0.9)
    yield from _latency(figures, f"{DELETES}, beside bare Starlette", _OWN_DELETES, _BARE_DELETES, 2)


def _peers(figures: Figures) -> Iterator[Goal]:
    for name in (OPENAPI_BACKEND, PRISM):
        text = f"{DELETES}, beside {name}"
        yield from _throughputs(figures, text, _OWN_DELETES, (name, DELETES), 1)
        yield from _latency(figures, text, _OWN_DELETES, (name, DELETES), 1)


def _stores(figures: Figures) -> Iterator[Goal]:
    for store, limit in _STORED:
        text = f"{DELETES} on {store}, beside bare Starlette"
        yield from _throughputs(figures, text, (store, DELETES), _BARE_DELETES, limit)
    text = f"{DELETES} on {POSTGRESQL}, {REPLICAS} workers beside one"
    replicas = (replicated(POSTGRESQL, REPLICAS), DELETES)
    yield from _throughputs(figures, text, replicas, (POSTGRESQL, DELETES), 1.2)


def _lists(figures: Figures) -> Iterator[Goal]:
    for target in figures.run.listings:
        on = MEMORY if target == OURS.name else target
        text = f"list of {PAGE} out of {MANY:,} audiences on {on}, beside out of few, in time"
        by_cpu = figures.listing(frugality, target).median
        yield Goal(text, figures.listing(throughput, target).median, 1.2, at_least=False, by_cpu=by_cpu)


def _footprint(figures: Figures) -> Iterator[Goal]:
    start, memory = figures.start(OURS.name, BARE.name), figures.run.footprint
    if start is not None:
        yield Goal("start to first answer, beside bare Starlette", start.median, 3.5, at_least=False)
    if memory is not None:
        heaviest = max(memory.memory_started, memory.memory_loaded)
        yield Goal("resident memory in MB, the larger of both", heaviest, 70, at_least=False)
