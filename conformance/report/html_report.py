"""The HTML report: one self-contained page, to read on a phone, to print or to send."""

import base64
import hashlib
from html import escape
from importlib import resources
from string import Template

from conformance.report.contents import Report, Section
from conformance.report.html_requirement import render_briefly, render_in_full
from conformance.report.legible import line
from conformance.report.wording import MEANING, heading, summary, tally, versions
from conformance.results.verdicts import RunVerdict, Verdict, counts

_TONE = {
    RunVerdict.NONCONFORMANT: "bad",
    RunVerdict.ERROR: "care",
    RunVerdict.STALE: "care",
    RunVerdict.INCONCLUSIVE: "care",
    RunVerdict.PARTIAL: "care",
    RunVerdict.CONFORMANT_EXCEPT: "good",
    RunVerdict.CONFORMANT: "good",
}
_EDGE = {Section.VIOLATED: "bad-edge", Section.WARNING: "care-edge", Section.EXPECTED: ""}
_LINKED = 5
_BUTTONS = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.STALE,
    Verdict.NOT_RUN,
    Verdict.EXPECTED,
    Verdict.UNEXERCISED,
    Verdict.PASS,
)


def render(report: Report) -> str:
    """Return an HTML document; its content security policy allows only its own script, and no request."""
    style, script = _text("page.css"), _text("page.js")
    return Template(_text("page.html")).substitute(
        title=_line(heading(report)),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        tone=_TONE[report.outcome],
        headline=_line(heading(report)),
        summary=_line(summary(report)),
        violated=_violated(report),
        facts=_facts(report),
        buttons=_buttons(report),
        sections="".join(_section(report, section) for section in Section),
        footer=_footer(report),
    )


def _violated(report: Report) -> str:
    violated = [result.requirement for result in report.section(Section.VIOLATED)]
    if not violated:
        return ""
    links = "".join(
        f'<li><a href="#{_line(requirement.id)}">{_line(requirement.text)}</a></li>'
        for requirement in violated[:_LINKED]
    )
    more = f"<p>and {len(violated) - _LINKED} more, below</p>" if len(violated) > _LINKED else ""
    return f"<ol>{links}</ol>{more}"


def _facts(report: Report) -> str:
    facts = [
        ("Target", f"<code>{_line(report.base_url)}</code>"),
        ("Date", f"{_line(report.started)}, took {report.duration:.1f} s"),
        ("Versions", _line(versions(report))),
        ("Counts", tally(report)),
        ("Profile", _line(report.profile + (", strict" if report.strict else ""))),
        ("Seed", str(report.seed)),
        *((("Selection", f"<code>{_line(report.selection)}</code>"),) if report.selection is not None else ()),
        *(("Note", _line(note)) for note in report.notes),
    ]
    return "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)


def _footer(report: Report) -> str:
    digest = f"The contract's whole digest is {_line(report.contract.digest)}."
    return f"{_line(versions(report))}. {digest} Run again with <code>--seed {report.seed}</code>."


def _buttons(report: Report) -> str:
    numbers = counts(report.results)
    all_button = f'<button type="button" data-verdict="" aria-pressed="true">all {len(report.results)}</button>'
    return all_button + "".join(
        f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{verdict} {numbers[verdict]}</button>'
        for verdict in _BUTTONS
        if numbers[verdict]
    )


def _section(report: Report, section: Section) -> str:
    results = report.section(section)
    if not results:
        return ""
    if section in _EDGE:
        entries = "".join(render_in_full(result, _EDGE[section], report.rerun(result)) for result in results)
    else:
        entries = f'<ul class="brief">{"".join(map(render_briefly, results))}</ul>'
    heading = f'<h2>{_line(section)} <span class="quiet">{len(results)}</span></h2>'
    meaning = f'<p class="quiet">{_line(MEANING[section])}</p>'
    return f'<section data-verdict="{results[0].verdict}">{heading}{meaning}{entries}</section>'


def _line(text: str) -> str:
    return escape(line(text))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
