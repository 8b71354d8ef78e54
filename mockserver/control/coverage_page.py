"""The coverage as a page: one file without a script."""

from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from string import Template

from mockserver.control.inline_page import inline_page
from mockserver.control.responses import Body


@cache
def _parts() -> tuple[Template, Mapping[str, str]]:
    return inline_page("coverage_page", "css")


def headers() -> dict[str, str]:
    """Return the headers of the page."""
    return {"Content-Type": "text/html", **_parts()[1]}


def page(coverage: Body, run: str | None) -> bytes:
    """Return the page about the coverage of a run, or of all."""
    requested = [item for item in coverage["operations"] if item["requests"]]
    unused = [item["operation"] for item in coverage["operations"] if not item["requests"]]
    text = _parts()[0].substitute(
        title=escape("Coverage" if run is None else f"Coverage of {run}"),
        share=escape(_share(coverage)),
        never=_list(never_met(coverage), "Every documented response and situation was met."),
        situations="".join(_situation(item) for item in coverage["situations"]),
        operations="".join(_operation(item) for item in requested) or "<p>Nothing was requested.</p>",
        unused=_list(unused, "Every operation was requested."),
    )
    return text.encode()


def never_met(coverage: Body) -> list[str]:
    """Return what was never met of the requested operations: a line for each of them, and one for each situation."""
    requested = {item["operation"]: item for item in coverage["operations"] if item["requests"]}
    missing = {
        name: [str(row["status"]) for row in item["responses"] if not row["met"]] for name, item in requested.items()
    }
    responses = [f"{name}: {', '.join(statuses)} never met" for name, statuses in missing.items() if statuses]
    situations = [
        f"{item['id']}: never tried"
        for item in coverage["situations"]
        if not item["met"] and not requested.keys().isdisjoint(item["operations"])
    ]
    return responses + situations


def _share(coverage: Body) -> str:
    share = coverage["share"]
    if share["percent"] is None:
        return "Nothing was requested so far."
    text = f"{share['percent']} %: {share['covered']} of {share['of']} documented responses and situations"
    return f"{text} of the operations that were requested."


def _list(lines: Iterable[str], otherwise: str) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else f"<p>{otherwise}</p>"


def _situation(item: Body) -> str:
    source = "" if item["source"] is None else f' <a href="{escape(item["source"])}">{escape(item["basis"])}</a>'
    advice = f"<small>{escape(item['advice'])}{source}</small>"
    summary = f"<strong>{escape(item['id'])}</strong> {escape(item['summary'])}{advice}"
    return (
        f'<tr><th scope="row">{summary}</th>{_count(item["met"])}{_count(item["well"])}'
        f'<td class="count">{item["findings"]}</td></tr>'
    )


def _operation(item: Body) -> str:
    rows = "".join(
        f'<tr><th scope="row">{row["status"]}</th><td>{escape(row["description"])}</td>{_count(row["met"])}</tr>'
        for row in item["responses"]
    )
    rows += "".join(
        f'<tr><th scope="row">{row["status"]}</th><td>not documented</td>{_count(row["met"])}</tr>'
        for row in item["undocumented"]
    )
    if item["lost"]:
        rows += f'<tr><th scope="row">lost</th><td>no whole response</td>{_count(item["lost"])}</tr>'
    heading = f"<h3>{escape(item['operation'])}<small>{escape(item['method'])} {escape(item['path'])}</small></h3>"
    titles = '<th scope="col">status</th><th scope="col">description</th><th scope="col" class="count">met</th>'
    return f"{heading}<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>"


def _count(count: int) -> str:
    return f'<td class="count {"met" if count else "never"}">{count or "never"}</td>'
