"""Invented measurements of a benchmark."""

from collections.abc import Mapping

from tests.bench.figures import Figures, Run
from tests.bench.load import Load
from tests.bench.measure import Footprint, Options, Sample
from tests.bench.placing import Places

OPTIONS = Options(0.3, 2, (1, 16, 64), ("200",), Places())


def load(requests: int = 1000, *, p99: float = 0.004, cpu: Mapping[str, float] | None = None) -> Load:
    """Return a load of so many requests a second."""
    return Load(requests, 1.0, 0.002, p99, dict(cpu or {"server": 0.9}), 0.3)


def samples(
    loads: Mapping[str, list[Load]], *, path: str = "200", connections: tuple[int, ...] = (16, 64)
) -> list[Sample]:
    """Return the same loads for each target, one round each, for any number of connections."""
    return [
        Sample(number, target, path, many, one)
        for target, rounds in loads.items()
        for number, one in enumerate(rounds)
        for many in connections
    ]


def figures(loads: Mapping[str, list[Load]], **others: object) -> Figures:
    """Return the loads of deletions alone."""
    return Figures(Run(samples(loads), **others))  # type: ignore[arg-type]  # the fields of a run


FOOTPRINT = Footprint({"bare": [0.1, 0.1], "ours": [0.3, 0.32], "stock": [0.5, 0.6]}, 61.0, 66.0)
