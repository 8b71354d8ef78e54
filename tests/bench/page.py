"""`python -m tests.bench.page FILE`: the figures of one run, written into docs/performance.md."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from tests.bench.requests import DELETES, FLOW

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN = "<!-- figures: written by `make bench-page`, not by hand -->"
END = "<!-- end of the figures -->"
_NOTHING = "-"
_HEADS = {DELETES: "delete, 200", FLOW: "create, get, delete, get, delete"}
_PARTS_OF_LOADS = {"p99": (1000, "p99 ms, delete"), "cpuMicroseconds": (1, "µs of processor a delete")}

Document = dict[str, Any]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--page", default=PAGE, type=click.Path(path_type=Path, dir_okay=False, exists=True), help="The page.")
def main(file: Path, page: Path) -> None:
    """Write the figures of one run, the JSON file of `make bench`, into the page."""
    try:
        content = figures(json.loads(file.read_bytes()))
    except (KeyError, TypeError, ValueError):
        problem = f"{file} is no file of figures; name one that `make bench ARGS='--json FILE'` has written"
        raise click.ClickException(problem) from None
    page.write_text(replaced(page.read_text(), content))


def replaced(page: str, content: str) -> str:
    """Return the page with other content between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise click.ClickException(f"the page has no lines {BEGIN!r} and {END!r} between which the figures stand")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"


def figures(document: Document) -> str:
    """Return all tables of a run as Markdown."""
    parts: list[Iterator[str]] = [_origin(document)]
    parts += [_loads(document, number) for number in document["options"]["connections"]]
    parts += [_footprint(document), _journal(document), _lists(document), _suite(document)]
    parts.append(_goals(document))
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part)))


def _origin(document: Document) -> Iterator[str]:
    options, date = document["options"], document["date"].replace("T", " ")[:16]
    pinned = "; server and client each on a core of their own" if options["places"]["server"] else ""
    yield f"One run of {date} (UTC): {options['rounds']} rounds, {options['seconds']:g} s a measurement{pinned}."
    yield ", ".join(f"{name} {version}" for name, version in document["versions"].items()) + "."
    for reason in document["leftOut"]:
        yield f"Left out: {reason}."
    if document["busy"]:
        yield "The machine was busy with something else meanwhile, so that throughput and latency say little."


def _loads(document: Document, number: int) -> Iterator[str]:
    """Yield the table of throughput with a number of connections, beside the yardstick."""
    rows = {(row["target"], row["path"]): row for row in document["rows"] if row["connections"] == number}
    if not rows:
        return
    paths = list(dict.fromkeys(path for _, path in rows))
    yield f"### Throughput beside the same checks in Starlette, {number} connections"
    yield ""
    extra = _PARTS_OF_LOADS if DELETES in paths else {}
    yield from _head(
        ["more is better", *[_HEADS.get(path, path) for path in paths], *[head for _, head in extra.values()]]
    )
    for target in dict.fromkeys(target for target, _ in rows):
        cells = [_throughput(rows.get((target, path)), target == document["yardstick"]) for path in paths]
        delete = rows.get((target, DELETES))
        cells += [_NOTHING if delete is None else _short(factor * delete[name]) for name, (factor, _) in extra.items()]
        yield _row([_bold(target), *cells])


def _throughput(row: Document | None, is_yardstick: bool) -> str:  # noqa: FBT001  (a cell's own)
    if row is None:
        return _NOTHING
    if is_yardstick or row["besideYardstick"] is None:
        return f"1 ({row['throughput']:,.0f}/s)" if is_yardstick else f"{row['throughput']:,.0f}/s"
    return f"{row['besideYardstick']['throughput']['median']:.2f}"


def _footprint(document: Document) -> Iterator[str]:
    if not document["start"]:
        return
    yield "### Start and memory"
    yield ""
    yield from _head(
        ["less is better", "start to first response, s", "beside Starlette", "MiB idle", "MiB after a load"]
    )
    for target, start in document["start"].items():
        ratio, memory = start["besideYardstick"], document["memory"].get(target)
        beside = _NOTHING if ratio is None else f"{ratio['median']:.2f}"
        cells = [_NOTHING, _NOTHING] if memory is None else [f"{memory['started']:.0f}", _loaded(memory)]
        yield _row([_bold(target), f"{start['median']:.2f}", beside, *cells])


def _loaded(memory: Document) -> str:
    late = "" if memory["late"] is None else f"; {memory['late']:.0f} after {memory['late_requests']:,}"
    return f"{memory['loaded']:.0f} after {memory['requests']:,} requests{late}"


def _journal(document: Document) -> Iterator[str]:
    rows = [row for row in document["rows"] if row["target"] == "no-journal" and row["oursBeside"] is not None]
    if not rows:
        return
    yield "### The journal's cost: throughput with it, beside without"
    yield ""
    connections = document["options"]["connections"]
    yield from _head(["more is better", *[f"{number} connections" for number in connections]])
    by_place = {(row["path"], row["connections"]): row["oursBeside"]["throughput"]["median"] for row in rows}
    for path in dict.fromkeys(row["path"] for row in rows):
        yield _row([_HEADS.get(path, path), *[f"{by_place[path, number]:.2f}" for number in connections]])


def _lists(document: Document) -> Iterator[str]:
    if not document["lists"]:
        return
    yield "### Lists"
    yield ""
    yield from _head(["less is better", "time of a page out of many audiences, beside out of few"])
    for target, pages in document["lists"].items():
        counts = f"{pages['page']} of {pages['many']:,}, beside {pages['page']} of {pages['few']}"
        yield _row([_bold(target), f"{pages['time']['median']:.2f} ({counts})"])


def _suite(document: Document) -> Iterator[str]:
    if document["suites"]:
        runs = [f"{suite['name']}: {suite['seconds']:.1f} s, {suite['verdict']}" for suite in document["suites"]]
        yield f"The conformance suite on our server, on all cores: {'; '.join(runs)}."


def _goals(document: Document) -> Iterator[str]:
    if not document["goals"]:
        return
    missed = sum(not goal["met"] for goal in document["goals"])
    yield f"### Goals: {missed} of {len(document['goals'])} missed"
    yield ""
    yield "A goal on throughput counts the worst number of connections."
    yield ""
    yield from _head(["goal", "figure", "limit", ""])
    for goal in sorted(document["goals"], key=lambda goal: goal["met"]):
        limit = f"{'at least' if goal['at_least'] else 'at most'} {goal['limit']:g}"
        yield _row([goal["text"], _short(goal["figure"]), limit, "met" if goal["met"] else "**missed**"])


def _head(cells: Sequence[str]) -> Iterator[str]:
    yield _row(cells)
    yield "|" + "---|" * len(cells)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _bold(target: str) -> str:
    return f"**{target}**" if target == "ours" else target


def _short(figure: float) -> str:
    """Return a figure with two digits behind the point, or none if it is large."""
    return f"{figure:.0f}" if figure >= 20 else f"{figure:.2f}"


if __name__ == "__main__":
    main()
