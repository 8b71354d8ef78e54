"""The figures of a run as JSON."""

import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from tests.bench.figures import Figures, frugality, p99, throughput
from tests.bench.goals import goals
from tests.bench.measure import Options
from tests.bench.requests import DELETES
from tests.bench.targets import BARE, OURS

_MEASURES = {"throughput": throughput, "cpu": frugality, "p99": p99}


def document(figures: Figures, options: Options) -> dict[str, Any]:
    """Return all figures for a program; missing measurements are null or empty."""
    run = figures.run
    start = figures.start(OURS.name, BARE.name)
    return {
        "options": {**asdict(options), "places": options.places._asdict()},
        "versions": {name: version(name) for name in ("connexion", "starlette", "uvicorn", "uvloop", "httptools")},
        "python": platform.python_version(),
        "leftOut": list(run.left_out),
        "ratios": list(_ratios(figures)),
        "start": {
            "seconds": {} if run.footprint is None else run.footprint.starts,
            "besideBare": None if start is None else asdict(start),
        },
        "memoryMegabytes": None
        if run.footprint is None
        else {"started": run.footprint.memory_started, "loaded": run.footprint.memory_loaded},
        "lists": {
            target: {
                "time": asdict(figures.listing(throughput, target)),
                "cpu": asdict(figures.listing(frugality, target)),
            }
            for target in run.listings
        },
        "suite": None if run.suite is None else asdict(run.suite),
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals(figures)],
        "samples": [asdict(sample) for sample in run.samples],
    }


def _ratios(figures: Figures) -> Iterator[dict[str, Any]]:
    """Yield the ratios of every target to bare Starlette, of ours to every other, and of ours to its own deletions."""
    for path in figures.paths:
        for target in figures.targets:
            others = [(BARE.name, path)] if target != OURS.name else [(other, path) for other in figures.targets]
            own = [(OURS.name, DELETES)] if target == OURS.name and path != DELETES else []
            for other in others + own:
                if other != (target, path) and figures.has(target, path) and figures.has(*other):
                    yield from _ratio(figures, (target, path), other)


def _ratio(figures: Figures, target: tuple[str, str], other: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for number in figures.connections:
        for name, measure in _MEASURES.items():
            measured = {"target": target[0], "path": target[1], "connections": number, "measure": name}
            beside = {"beside": other[0], "besidePath": other[1]}
            yield {**measured, **beside, **asdict(figures.ratio(measure, target, other, number))}
