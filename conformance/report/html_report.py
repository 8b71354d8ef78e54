"""The report as one page that needs nothing else: to read on a phone, to print, to hand on."""

import base64
import hashlib
from html import escape
from importlib import resources
from string import Template

from conformance.report.contents import Report, Section
from conformance.report.html_requirement import briefly, in_full
from conformance.report.legible import line
from conformance.report.wording import HEADLINE, MEANING, summary, tally
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
_DIGEST_SHOWN = 12
_FIRST = 5
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
    """An HTML document. Its own policy lets nothing run but its own script, and nothing be fetched."""
    style, script = _text("page.css"), _text("page.js")
    return Template(_text("page.html")).substitute(
        title=_line(f"{HEADLINE[report.outcome]}: {report.base_url}"),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        tone=_TONE[report.outcome],
        headline=_line(HEADLINE[report.outcome]),
        summary=_line(summary(report)),
        violated=_violated(report),
        facts=_facts(report),
        buttons=_buttons(report),
        sections="".join(_section(report, section) for section in Section),
        footer=_footer(report),
    )


def _violated(report: Report) -> str:
    violated = report.section(Section.VIOLATED)
    if not violated:
        return ""
    links = "".join(f'<li><a href="#{_line(one.id)}">{_line(one.text)}</a></li>' for one in violated[:_FIRST])
    more = f"<p>and {len(violated) - _FIRST} more, below</p>" if len(violated) > _FIRST else ""
    return f"<ol>{links}</ol>{more}"


def _facts(report: Report) -> str:
    facts = [
        ("Target", f"<code>{_line(report.base_url)}</code>"),
        ("Counts", tally(report)),
        ("Profile", _line(report.profile + (", strict" if report.strict else ""))),
        *((("Selection", f"<code>{_line(report.selection)}</code>"),) if report.selection is not None else ()),
        *(("Note", _line(note)) for note in report.notes),
    ]
    return "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)


def _footer(report: Report) -> str:
    contract = f"{report.contract.title} {report.contract.version} ({report.contract.digest[:_DIGEST_SHOWN]})"
    return (
        f"Held against the contract {_line(contract)}. Started {_line(report.started)}, took {report.duration:.1f} s. "
        f"Run again with <code>--seed {report.seed}</code>."
    )


def _buttons(report: Report) -> str:
    counted = counts(report.decided)
    everything = f'<button type="button" data-verdict="" aria-pressed="true">all {len(report.decided)}</button>'
    return everything + "".join(
        f'<button type="button" data-verdict="{verdict}" aria-pressed="false">{verdict} {counted[verdict]}</button>'
        for verdict in _BUTTONS
        if counted[verdict]
    )


def _section(report: Report, section: Section) -> str:
    decided = report.section(section)
    if not decided:
        return ""
    if section in _EDGE:
        listed = "".join(in_full(one, _EDGE[section]) for one in decided)
    else:
        listed = f'<ul class="brief">{"".join(briefly(one) for one in decided)}</ul>'
    heading = f'<h2>{_line(section)} <span class="quiet">{len(decided)}</span></h2>'
    meaning = f'<p class="quiet">{_line(MEANING[section])}</p>'
    return f'<section data-verdict="{decided[0].verdict}">{heading}{meaning}{listed}</section>'


def _line(text: str) -> str:
    return escape(line(text))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
