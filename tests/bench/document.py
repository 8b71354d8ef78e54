"""The figures of a run as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from statistics import median
from typing import Any

from tests.bench.figures import Figures, frugality, microseconds, p50, p99, throughput
from tests.bench.goals import goals
from tests.bench.listing import FEW, MANY, PAGE
from tests.bench.measure import Options
from tests.bench.targets import OURS, YARDSTICK

_MIDDLES = {"throughput": throughput, "cpuMicroseconds": microseconds, "p50": p50, "p99": p99}
_RATIOS = {"throughput": throughput, "cpu": frugality, "p99": p99}


def document(figures: Figures, options: Options, versions: Mapping[str, str], date: datetime) -> dict[str, Any]:
    """Return all figures for a program; missing measurements are null or empty."""
    run = figures.run
    return {
        "date": date.isoformat(timespec="minutes"),
        "versions": dict(versions),
        "options": {
            "seconds": options.seconds,
            "rounds": options.rounds,
            "connections": list(options.connections),
            "paths": list(options.paths),
            "places": options.places._asdict(),
            "deletions": options.deletions,
        },
        "yardstick": YARDSTICK.name,
        "targets": dict(run.about),
        "leftOut": list(run.left_out),
        "busy": figures.is_disturbed(),
        "rows": list(_rows(figures)),
        "start": dict(_starts(figures)),
        "memory": {} if run.footprint is None else {name: asdict(one) for name, one in run.footprint.memory.items()},
        "lists": {
            target: {
                "page": PAGE,
                "few": FEW,
                "many": MANY,
                "time": asdict(figures.listing(throughput, target)),
                "cpu": asdict(figures.listing(frugality, target)),
            }
            for target in run.listings
        },
        "suites": [asdict(suite) for suite in run.suites],
        "goals": [{**asdict(goal), "met": goal.met} for goal in goals(figures)],
        "samples": [asdict(sample) for sample in run.samples],
    }


def _rows(figures: Figures) -> Iterator[dict[str, Any]]:
    """Yield a row for each target, path and number of connections: medians, and ratios to the yardstick and to ours."""
    for path in figures.paths:
        for target in figures.targets:
            for number in figures.connections if figures.has(target, path) else ():
                series = (target, path)
                yield {
                    "target": target,
                    "path": path,
                    "connections": number,
                    **{name: figures.middle(measure, series, number) for name, measure in _MIDDLES.items()},
                    "besideYardstick": _ratios(figures, series, (YARDSTICK.name, path), number),
                    "oursBeside": _ratios(figures, (OURS.name, path), series, number),
                    "shares": figures.shares(series, number),
                }


def _ratios(
    figures: Figures, series: tuple[str, str], reference: tuple[str, str], number: int
) -> dict[str, dict[str, float]] | None:
    """Return the ratios of two series; None if one was not measured."""
    if not (figures.has(*series) and figures.has(*reference)):
        return None
    return {name: asdict(figures.ratio(measure, series, reference, number)) for name, measure in _RATIOS.items()}


def _starts(figures: Figures) -> Iterator[tuple[str, dict[str, Any]]]:
    starts = {} if figures.run.footprint is None else figures.run.footprint.starts
    for name, times in starts.items():
        ratio = figures.start(name, YARDSTICK.name)
        yield (
            name,
            {"median": median(times), "times": times, "besideYardstick": None if ratio is None else asdict(ratio)},
        )
