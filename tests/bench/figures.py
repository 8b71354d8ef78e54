"""The figures of a run: medians of the ratios of each round."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

from tests.bench.footprint import Footprint
from tests.bench.listing import Listing
from tests.bench.load import Load
from tests.bench.measure import Sample
from tests.bench.suite import Suite

Measure = Callable[[Load], float]
Series = tuple[str, str]
"""A target and a path."""

_ENOUGH_FOR_QUARTILES = 2
_ALONE = 0.85
"""The share of a core that a busy server has at least, if it has the core for itself."""


def throughput(load: Load) -> float:
    """Return the requests per second."""
    return load.requests / load.seconds


def frugality(load: Load) -> float:
    """Return the requests per second of the server's CPU time: throughput without the noise of other processes."""
    return load.requests / load.server_cpu


def microseconds(load: Load) -> float:
    """Return the CPU time of the server for a request, in microseconds: user's and system's of all its processes."""
    return 1_000_000 * load.server_cpu / load.requests


def p99(load: Load) -> float:
    """Return the latency that one request in a hundred exceeds, in seconds."""
    return load.p99


def p50(load: Load) -> float:
    """Return the latency that half of the requests exceed, in seconds."""
    return load.p50


@dataclass(frozen=True)
class Ratio:
    """The median over the rounds, with its quartiles."""

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
class Run:
    """All measurements of a run; parts not measured are empty.

    Attributes:
        left_out: the requested targets that were unavailable.
        about: what a reader has to know of each target.
        versions: the versions of what the targets from npm consist of.
    """

    samples: Sequence[Sample] = ()
    footprint: Footprint | None = None
    listings: Mapping[str, Sequence[Listing]] = field(default_factory=dict)
    suites: tuple[Suite, ...] = ()
    left_out: Sequence[str] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


class Figures:
    """The figures computed from all measurements of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._loads = {(s.target, s.path, s.connections, s.round): s.load for s in run.samples}
        self.rounds = sorted({s.round for s in run.samples})
        self.connections = sorted({s.connections for s in run.samples})
        self.targets = list(dict.fromkeys(s.target for s in run.samples if s.round == self.rounds[0]))
        self.paths = list(dict.fromkeys(s.path for s in run.samples))
        self._places = {(s.target, s.path) for s in run.samples}

    def has(self, target: str, path: str) -> bool:
        """Return whether a target was measured on a path."""
        return (target, path) in self._places

    def middle(self, measure: Measure, series: Series, connections: int) -> float:
        """Return the median of a measure over the rounds."""
        return median(measure(self._loads[*series, connections, number]) for number in self.rounds)

    def ratio(self, measure: Measure, series: Series, reference: Series, connections: int) -> Ratio:
        """Return the ratio of two series, formed in each round."""

        def of(at: Series, number: int) -> float:
            return measure(self._loads[*at, connections, number])

        return Ratio.of([of(series, number) / of(reference, number) for number in self.rounds])

    def shares(self, series: Series, connections: int) -> dict[str, float]:
        """Return the share of a core that each process used, the client included."""
        loads = [self._loads[*series, connections, number] for number in self.rounds]
        names = dict.fromkeys(name for load in loads for name in load.cpu)
        shares = {name: median(load.cpu.get(name, 0.0) / load.seconds for load in loads) for name in names}
        return {**shares, "client": median(load.client_cpu / load.seconds for load in loads)}

    def is_disturbed(self) -> bool:
        """Return whether a server that is alone on its core had less of it than it should: the machine was busy."""
        many = self.connections[-1:]
        shares = [self.shares(series, number) for series in sorted(self._places) for number in many]
        return any(share["server"] < _ALONE for share in shares if set(share) == {"server", "client"})

    def start(self, target: str, other: str) -> Ratio | None:
        """Return the time to the first response as a ratio to another server's."""
        starts = {} if self.run.footprint is None else self.run.footprint.starts
        if not {target, other} <= starts.keys():
            return None
        return Ratio.of([mine / theirs for mine, theirs in zip(starts[target], starts[other], strict=True)])

    def listing(self, measure: Measure, target: str) -> Ratio:
        """Return the cost of a page with many audiences as a ratio to few."""
        return Ratio.of([measure(pages.few) / measure(pages.many) for pages in self.run.listings[target]])
