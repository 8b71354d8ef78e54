"""The figures of a run as tables for a reader."""

import platform
from collections.abc import Iterator
from importlib.metadata import version
from statistics import median

from tests.bench.figures import Figures, Measure, Ratio, frugality, p50, p99, throughput
from tests.bench.goals import goals
from tests.bench.listing import FEW, MANY, PAGE
from tests.bench.measure import Options
from tests.bench.placing import Places
from tests.bench.requests import DELETES, REFUSALS
from tests.bench.targets import BARE, OURS

_ALONE = 0.85
_LABEL = 24
_NOTHING = "-"


def text(figures: Figures, options: Options) -> str:
    """Return the whole report."""
    parts = (
        _heading(figures, options),
        _throughput(figures),
        _latency(figures),
        _beside_others(figures),
        _refusals(figures),
        _shares(figures),
        _rest(figures),
        _goals(figures),
    )
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def _heading(figures: Figures, options: Options) -> Iterator[str]:
    yield f"{options.rounds} rounds, {options.seconds} s a measurement{_pinned(options.places)};"
    yield f"connexion {version('connexion')}, uvicorn {version('uvicorn')}, Python {platform.python_version()}."
    yield "A ratio is the median of the rounds' ratios, with its quartiles; 'cpu' is the same ratio, counted in"
    yield "requests for each second that the server computed, its database included."
    for reason in figures.run.left_out:
        yield f"Left out: {reason}."


def _pinned(places: Places) -> str:
    """Return the sentence about the cores of servers and client."""
    if not places.server:
        return ""
    return f", servers on core {places.server[0]}, client on core {places.client[0]}, those with a database on all"


def _head(figures: Figures, title: str, first: int, *others: tuple[str, int]) -> Iterator[str]:
    """Yield the head of a table: for each number of connections a column for it, and others with their widths."""
    yield title
    names = "".join(f"{name:>{width}}" for name, width in others)
    yield f"  {'':<{_LABEL}}" + "".join(f"{f'at {number}':>{first}}{names}" for number in figures.connections)


def _rows(figures: Figures) -> Iterator[tuple[str, str, str]]:
    """Yield path, target and label of each row with measurements."""
    for path in figures.paths:
        for target in figures.targets:
            if figures.has(target, path):
                yield path, target, f"  {path:<6}{target:<{_LABEL - 6}}"


def _throughput(figures: Figures) -> Iterator[str]:
    if figures.targets:
        title = "Requests a second, and beside bare Starlette (more is better)"
        yield from _head(figures, title, 9, ("x bare", 19), ("cpu", 6))
    for path, target, label in _rows(figures):
        yield label + "".join(
            f"{figures.middle(throughput, (target, path), number):>9,.0f}" + _beside(figures, (target, path), number)
            for number in figures.connections
        )


def _beside(figures: Figures, series: tuple[str, str], number: int) -> str:
    reference = (BARE.name, series[1])
    if series == reference or not figures.has(*reference):
        return f"{_NOTHING:>19}{_NOTHING:>6}"
    return _pair(figures, series, reference, number)


def _pair(figures: Figures, series: tuple[str, str], reference: tuple[str, str], number: int) -> str:
    by_cpu = figures.ratio(frugality, series, reference, number).median
    return f"{_ratio(figures.ratio(throughput, series, reference, number)):>19}{by_cpu:>6.2f}"


def _latency(figures: Figures) -> Iterator[str]:
    if figures.targets:
        title = "Latency in ms: the median, p99, and p99 beside bare Starlette (less is better)"
        yield from _head(figures, title, 8, ("p99", 8), ("x bare", 18))
    for path, target, label in _rows(figures):
        cells = []
        for number in figures.connections:
            series, other = (target, path), (BARE.name, path)
            cells += [f"{_milliseconds(figures, measure, series, number):>8.2f}" for measure in (p50, p99)]
            own = series == other or not figures.has(*other)
            cells.append(f"{_NOTHING if own else _ratio(figures.ratio(p99, series, other, number)):>18}")
        yield label + "".join(cells)


def _milliseconds(figures: Figures, measure: Measure, series: tuple[str, str], number: int) -> float:
    return 1000 * figures.middle(measure, series, number)


def _beside_others(figures: Figures) -> Iterator[str]:
    rows = [
        (f"  {path:<6}{f'/ {target}':<{_LABEL - 6}}", (OURS.name, path), (target, path))
        for path in figures.paths
        for target in figures.targets
        if target not in {OURS.name, BARE.name} and figures.has(OURS.name, path) and figures.has(target, path)
    ]
    if rows:
        yield from _head(figures, "Ours beside the others: throughput (more is better)", 19, ("cpu", 6))
    for label, series, reference in rows:
        yield label + "".join(_pair(figures, series, reference, number) for number in figures.connections)


def _refusals(figures: Figures) -> Iterator[str]:
    own = (OURS.name, DELETES)
    paths = [path for path in REFUSALS if figures.has(OURS.name, path)]
    if paths and figures.has(*own):
        yield from _head(figures, f"Our refusals beside our {DELETES}: throughput", 19, ("cpu", 6))
        for path in paths:
            cells = [_pair(figures, (OURS.name, path), own, number) for number in figures.connections]
            yield f"  {path:<{_LABEL}}" + "".join(cells)


def _shares(figures: Figures) -> Iterator[str]:
    targets = [target for target in figures.targets if figures.has(target, DELETES)]
    if not targets:
        return
    most = figures.connections[-1]
    shares = {target: figures.shares((target, DELETES), most) for target in targets}
    yield f"Share of a core that each process had, on {DELETES} at {most} connections"
    for target, by_process in shares.items():
        yield f"  {target:<{_LABEL}}" + ", ".join(f"{name} {share:.0%}" for name, share in by_process.items())
    alone = [by_process["server"] for by_process in shares.values() if set(by_process) == {"server", "client"}]
    if alone and min(alone) < _ALONE:
        yield "The machine was busy with something else: trust 'cpu' rather than throughput, and no latency."


def _rest(figures: Figures) -> Iterator[str]:
    memory, start, suite = figures.run.footprint, figures.start(OURS.name, BARE.name), figures.run.suite
    if memory is not None:
        starts = ", ".join(f"{name} {1000 * median(times):.0f} ms" for name, times in memory.starts.items())
        yield f"Start to first answer: {starts}" + ("" if start is None else f"; ours {_ratio(start)} x bare")
        yield (
            f"Resident memory of ours: {memory.memory_started:.1f} MB started, "
            f"{memory.memory_loaded:.1f} MB after a load"
        )
    for target in figures.run.listings:
        ratio, by_cpu = _ratio(figures.listing(throughput, target)), figures.listing(frugality, target).median
        yield f"List of {PAGE} out of {MANY:,} audiences, {target}: {ratio} x out of {FEW} in time, by cpu {by_cpu:.2f}"
    if suite is not None:
        yield f"The conformance suite, full profile, on all cores: {suite.seconds:.1f} s, {suite.verdict}"


def _goals(figures: Figures) -> Iterator[str]:
    judged = goals(figures)
    if judged:
        yield "Goals"
    for goal in judged:
        mark = "met   " if goal.met else "MISSED"
        cpu = "" if goal.by_cpu is None else f", by cpu {goal.by_cpu:.2f}"
        limit = f"{'at least' if goal.at_least else 'at most'} {goal.limit:g}"
        yield f"  {mark}  {goal.text}: {goal.figure:.2f} ({limit}{cpu})"


def _ratio(ratio: Ratio) -> str:
    return f"{ratio.median:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"
