"""What the measurements come to: medians of the ratios of each round, and the goals."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.load import Load
from tests.bench.measure import Footprint, Sample
from tests.bench.targets import BARE, OURS, STOCK
from tests.bench.world import DELETES, PATHS

Measure = Callable[[Load], float]
_ENOUGH_FOR_QUARTILES = 2


def throughput(load: Load) -> float:
    """Requests a second."""
    return load.requests / load.seconds


def frugality(load: Load) -> float:
    """Requests for each second that the server computed: throughput without the noise of other processes."""
    return load.requests / load.server_cpu


def p99(load: Load) -> float:
    """The latency that one request in a hundred exceeds."""
    return load.p99


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds, and between which quartiles it lies."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Ratio":
        if len(values) < _ENOUGH_FOR_QUARTILES:
            return cls(values[0], values[0], values[0])
        low, middle, high = quantiles(values, method="inclusive")
        return cls(middle, low, high)


@dataclass(frozen=True)
class Goal:
    """One line of what is to be reached. `by_cpu`: the same figure by CPU time, where there is one."""

    text: str
    figure: float
    limit: float
    at_least: bool
    by_cpu: float | None = None

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


class Figures:
    """Answers questions about all samples of a run."""

    def __init__(self, samples: Iterable[Sample], footprint: Footprint) -> None:
        self.footprint = footprint
        self.samples = list(samples)
        self._loads = {(s.target, s.path, s.connections, s.round): s.load for s in self.samples}
        self.rounds = sorted({s.round for s in self.samples})
        self.connections = sorted({s.connections for s in self.samples})

    def middle(self, measure: Measure, target: str, path: str, connections: int) -> float:
        """The median of a measure over the rounds."""
        return median(measure(self._loads[target, path, connections, number]) for number in self.rounds)

    def beside(self, measure: Measure, path: str, connections: int, other: str) -> Ratio:
        """Ours as a ratio to another server on the same path."""
        return self._ratio(measure, path, connections, (other, path))

    def beside_deletes(self, measure: Measure, path: str, connections: int) -> Ratio:
        """A refusal of ours as a ratio to our 200."""
        return self._ratio(measure, path, connections, (OURS.name, DELETES))

    def _ratio(self, measure: Measure, path: str, connections: int, other: tuple[str, str]) -> Ratio:
        def of(target: str, path: str, number: int) -> float:
            return measure(self._loads[target, path, connections, number])

        return Ratio.of([of(OURS.name, path, number) / of(*other, number) for number in self.rounds])

    def start(self, other: str) -> Ratio:
        """Our time to the first answer as a ratio to another server's."""
        starts = self.footprint.starts
        return Ratio.of([ours / theirs for ours, theirs in zip(starts[OURS.name], starts[other], strict=True)])

    def server_share(self, target: str, path: str, connections: int) -> float:
        """How much of a core the server had for itself."""
        return self.middle(lambda load: load.server_cpu / load.seconds, target, path, connections)

    def client_share(self, target: str, path: str, connections: int) -> float:
        """How much of a core the load generator used."""
        return self.middle(lambda load: load.client_cpu / load.seconds, target, path, connections)

    def goals(self) -> list[Goal]:
        """What issue 3 asks for; throughput counts by the worse of the runs with many connections."""

        def bare(measure: Measure, path: str, number: int) -> Ratio:
            return self.beside(measure, path, number, BARE.name)

        goals = [self._goal(f"{path}, beside bare Starlette", path, bare, 0.75) for path in (DELETES, "404")]
        goals += [
            self._goal(f"{path}, beside our {DELETES}", path, self.beside_deletes, 0.9)
            for path in sorted(PATHS.keys() - {DELETES})
        ]
        return goals + self._other_goals()

    def _goal(self, text: str, path: str, ratio: Callable[[Measure, str, int], Ratio], limit: float) -> Goal:
        many = [number for number in self.connections if number > 1] or self.connections

        def worst(measure: Measure) -> float:
            return min(ratio(measure, path, number).median for number in many)

        where = f" at {' and '.join(map(str, many))} connections"
        return Goal(text + where, worst(throughput), limit, at_least=True, by_cpu=worst(frugality))

    def _other_goals(self) -> list[Goal]:
        most, memory = self.connections[-1], self.footprint
        slowest = self.beside(p99, DELETES, most, BARE.name).median
        heaviest = max(memory.memory_started, memory.memory_loaded)
        return [
            Goal(f"p99 of {DELETES} at {most} connections, beside bare Starlette", slowest, 2, at_least=False),
            Goal("start to first answer, beside bare Starlette", self.start(BARE.name).median, 3.5, at_least=False),
            Goal("resident memory in MB, the larger of both", heaviest, 70, at_least=False),
        ]


OTHERS = (BARE.name, STOCK.name)
