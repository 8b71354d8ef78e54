"""The figures of a run as tables for a reader."""

from collections.abc import Iterator, Mapping

from tests.bench.figures import Figures, Ratio, frugality, microseconds, p50, p99, throughput
from tests.bench.goals import goals
from tests.bench.listing import FEW, MANY, PAGE
from tests.bench.measure import Options
from tests.bench.placing import Places
from tests.bench.requests import DELETES
from tests.bench.starts import start_and_memory
from tests.bench.targets import OURS, YARDSTICK

_NOTHING = "-"
_NAME = 20
_WIDTHS = (9, 22, 6, 7, 8, 8, 22)
_HEADS = ("a second", "x Starlette", "cpu", "µs", "p50 ms", "p99 ms", "x Starlette")


def text(figures: Figures, options: Options, versions: Mapping[str, str]) -> str:
    """Return the whole report."""
    tables = [_table(figures, number) for number in figures.connections]
    rest = (_beside_others(figures), _shares(figures), start_and_memory(figures), _lists(figures), _goals(figures))
    parts = [_heading(figures, options, versions), _about(figures), *tables, *rest]
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def _heading(figures: Figures, options: Options, versions: Mapping[str, str]) -> Iterator[str]:
    yield f"{options.rounds} rounds, {options.seconds:g} s a measurement{_pinned(options.places)}."
    yield ", ".join(f"{name} {version}" for name, version in versions.items()) + "."
    yield "A ratio is the median of the rounds' ratios, with its quartiles; 'cpu' is the same ratio, counted in"
    yield "requests for each second of processor of the server and its database; 'µs' is their time for a request."
    for reason in figures.run.left_out:
        yield f"Left out: {reason}."


def _pinned(places: Places) -> str:
    """Return the words about the cores of servers and client."""
    if not places.server:
        return ""
    return f", servers on core {places.server[0]}, client on core {places.client[0]}, those with a database on all"


def _about(figures: Figures) -> Iterator[str]:
    for target, about in figures.run.about.items():
        yield f"  {target:<{_NAME}}{about}"


def _table(figures: Figures, number: int) -> Iterator[str]:
    """Yield a row for each path and target."""
    yield f"At {number} connections (throughput: more is better; latency: less is better)"
    yield "  " + " " * (_NAME + 6) + "".join(f"{head:>{width}}" for head, width in zip(_HEADS, _WIDTHS, strict=True))
    for path in figures.paths:
        for target in figures.targets:
            if figures.has(target, path):
                cells = zip(_cells(figures, (target, path), number), _WIDTHS, strict=True)
                yield f"  {path:<6}{target:<{_NAME}}" + "".join(f"{cell:>{width}}" for cell, width in cells)


def _cells(figures: Figures, series: tuple[str, str], number: int) -> list[str]:
    reference = (YARDSTICK.name, series[1])
    beside, by_cpu, latency = _NOTHING, _NOTHING, _NOTHING
    if series != reference and figures.has(*reference):
        beside, latency = [_ratio(figures.ratio(measure, series, reference, number)) for measure in (throughput, p99)]
        by_cpu = f"{figures.ratio(frugality, series, reference, number).median:.2f}"
    milliseconds = [f"{1000 * figures.middle(measure, series, number):.2f}" for measure in (p50, p99)]
    cost = f"{figures.middle(microseconds, series, number):.0f}"
    return [f"{figures.middle(throughput, series, number):,.0f}", beside, by_cpu, cost, *milliseconds, latency]


def _beside_others(figures: Figures) -> Iterator[str]:
    pairs = [
        (path, target)
        for path in figures.paths
        for target in figures.targets
        if target not in {OURS.name, YARDSTICK.name} and figures.has(OURS.name, path) and figures.has(target, path)
    ]
    if pairs:
        yield "Throughput of ours beside the others (more is better), and by cpu"
        heads = "".join(f"{f'at {number}':>22}{'cpu':>6}" for number in figures.connections)
        yield "  " + " " * (_NAME + 6) + heads
    for path, target in pairs:
        cells = [_pair(figures, (OURS.name, path), (target, path), number) for number in figures.connections]
        yield f"  {path:<6}{f'/ {target}':<{_NAME}}" + "".join(cells)


def _pair(figures: Figures, series: tuple[str, str], reference: tuple[str, str], number: int) -> str:
    by_cpu = figures.ratio(frugality, series, reference, number).median
    return f"{_ratio(figures.ratio(throughput, series, reference, number)):>22}{by_cpu:>6.2f}"


def _shares(figures: Figures) -> Iterator[str]:
    targets = [target for target in figures.targets if figures.has(target, DELETES)]
    if not targets:
        return
    most = figures.connections[-1]
    shares = {target: figures.shares((target, DELETES), most) for target in targets}
    yield f"Share of a core that each process had, on {DELETES} at {most} connections"
    for target, by_process in shares.items():
        yield f"  {target:<{_NAME}}" + ", ".join(f"{name} {share:.0%}" for name, share in by_process.items())
    if figures.is_disturbed():
        yield "The machine was busy with something else: trust 'cpu' rather than throughput, and no latency."


def _lists(figures: Figures) -> Iterator[str]:
    for target in figures.run.listings:
        ratio, by_cpu = _ratio(figures.listing(throughput, target)), figures.listing(frugality, target).median
        yield f"List of {PAGE} out of {MANY:,} audiences, {target}: {ratio} x out of {FEW} in time, by cpu {by_cpu:.2f}"
    for suite in figures.run.suites:
        yield f"The conformance suite, {suite.name}, on all cores: {suite.seconds:.1f} s, {suite.verdict}"


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
