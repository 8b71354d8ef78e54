"""The figures as a table to read, and as JSON."""

import platform
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from statistics import median
from typing import Any

from tests.bench.figures import OTHERS, Figures, Ratio, frugality, p99, throughput
from tests.bench.measure import Options
from tests.bench.targets import BARE, OURS
from tests.bench.world import DELETES, PATHS

_ALONE = 0.85


def text(figures: Figures, options: Options) -> str:
    """All of it, for a reader."""
    parts = (_heading(options), _paths(figures), _refusals(figures), _rest(figures), _goals(figures))
    return "\n\n".join("\n".join(lines) for lines in parts)


def _heading(options: Options) -> Iterator[str]:
    pinned = "" if options.server is None else f", servers on core {options.server}, client on core {options.client}"
    yield f"{options.rounds} rounds, {options.seconds} s a measurement{pinned};"
    yield f"connexion {version('connexion')}, uvicorn {version('uvicorn')}, Python {platform.python_version()}."
    yield "A ratio is the median of the rounds' ratios, with its quartiles; 'cpu' is the same ratio, counted in"
    yield "requests for each second that the server computed."


def _paths(figures: Figures) -> Iterator[str]:
    yield "Ours beside the others: throughput (more is better), p99 latency (less is better)"
    yield (
        f"  {'path':<5}{'conn.':>6}{'ours/s':>9}{'x bare':>19}{'cpu':>6}{'x stock':>19}{'cpu':>6}"
        f"{'p50 ms':>9}{'p99 ms':>9}{'p99 x bare':>19}"
    )
    for path in PATHS:
        for number in figures.connections:
            yield f"  {path:<5}{number:>6}" + _row(figures, path, number)


def _row(figures: Figures, path: str, number: int) -> str:
    cells = [f"{figures.middle(throughput, OURS.name, path, number):>9.0f}"]
    for other in OTHERS:
        cells.append(f"{_ratio(figures.beside(throughput, path, number, other)):>19}")
        cells.append(f"{figures.beside(frugality, path, number, other).median:>6.2f}")
    cells.append(f"{1000 * figures.middle(lambda load: load.p50, OURS.name, path, number):>9.2f}")
    cells.append(f"{1000 * figures.middle(p99, OURS.name, path, number):>9.2f}")
    cells.append(f"{_ratio(figures.beside(p99, path, number, BARE.name)):>19}")
    return "".join(cells)


def _refusals(figures: Figures) -> Iterator[str]:
    yield f"Our refusals beside our {DELETES}: throughput"
    yield f"  {'path':<5}" + "".join(f"{f'at {number}':>19}{'cpu':>6}" for number in figures.connections)
    for path in sorted(PATHS.keys() - {DELETES}):
        yield f"  {path:<5}" + "".join(
            f"{_ratio(figures.beside_deletes(throughput, path, number)):>19}"
            f"{figures.beside_deletes(frugality, path, number).median:>6.2f}"
            for number in figures.connections
        )


def _rest(figures: Figures) -> Iterator[str]:
    starts = ", ".join(f"{name} {1000 * median(times):.0f} ms" for name, times in figures.footprint.starts.items())
    yield f"Start to first answer: {starts}; ours {_ratio(figures.start(BARE.name))} x bare"
    memory = figures.footprint
    yield f"Resident memory of ours: {memory.memory_started:.1f} MB started, {memory.memory_loaded:.1f} MB after a load"
    most = figures.connections[-1]
    shares = "; ".join(
        f"{name} {figures.server_share(name, DELETES, most):.0%}, its client "
        f"{figures.client_share(name, DELETES, most):.0%}"
        for name in (OURS.name, *OTHERS)
    )
    yield f"Share of a core at {most} connections: {shares}"
    if min(figures.server_share(name, DELETES, most) for name in (OURS.name, *OTHERS)) < _ALONE:
        yield "The machine was busy with something else: trust 'cpu' rather than throughput, and no latency."


def _goals(figures: Figures) -> Iterator[str]:
    yield "Goals"
    for goal in figures.goals():
        mark = "met   " if goal.met else "MISSED"
        cpu = "" if goal.by_cpu is None else f", by cpu {goal.by_cpu:.2f}"
        limit = f"{'at least' if goal.at_least else 'at most'} {goal.limit:g}"
        yield f"  {mark}  {goal.text}: {goal.figure:.2f} ({limit}{cpu})"


def _ratio(ratio: Ratio) -> str:
    return f"{ratio.median:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"


def document(figures: Figures, options: Options) -> dict[str, Any]:
    """All of it, for a program."""
    return {
        "options": asdict(options),
        "versions": {name: version(name) for name in ("connexion", "starlette", "uvicorn", "uvloop", "httptools")},
        "python": platform.python_version(),
        "ratios": list(_ratios(figures)),
        "start": {"seconds": figures.footprint.starts, "besideBare": asdict(figures.start(BARE.name))},
        "memoryMegabytes": {"started": figures.footprint.memory_started, "loaded": figures.footprint.memory_loaded},
        "goals": [{**asdict(goal), "met": goal.met} for goal in figures.goals()],
        "samples": [asdict(sample) for sample in figures.samples],
    }


def _ratios(figures: Figures) -> Iterator[dict[str, Any]]:
    measures = {"throughput": throughput, "cpu": frugality, "p99": p99}
    for path in PATHS:
        for number in figures.connections:
            for name, measure in measures.items():
                place = {"path": path, "connections": number, "measure": name}
                for other in OTHERS:
                    yield {**place, "beside": other, **asdict(figures.beside(measure, path, number, other))}
                yield {**place, "beside": f"our {DELETES}", **asdict(figures.beside_deletes(measure, path, number))}
