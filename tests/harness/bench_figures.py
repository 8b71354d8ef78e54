"""Invented measurements of a benchmark."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tests.bench.document import document
from tests.bench.figures import Figures, Run
from tests.bench.footprint import Footprint, Memory
from tests.bench.load import Load
from tests.bench.measure import Options, Sample
from tests.bench.placing import Places

OPTIONS = Options(0.3, 2, (16, 64), ("200",), Places())
VERSIONS = {"Python": "3.11.7", "CPU": "a processor"}
DATE = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)


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


def documented(measured: Figures) -> dict[str, Any]:
    """Return the figures as `make bench` writes them to a file."""
    return document(measured, OPTIONS, VERSIONS, DATE)


FOOTPRINT = Footprint(
    {"starlette": [0.1, 0.1], "ours": [0.3, 0.32], "stock": [0.5, 0.6]},
    {"starlette": Memory(34, 54, 50_100), "ours": Memory(61, 66, 50_200, 76.5, 1_000_300)},
)
