"""One requirement on the page."""

from html import escape

from conformance.report.curl import curl
from conformance.report.difference import Pieces, difference
from conformance.report.legible import block, body, line
from conformance.report.wording import answer, repetition, shown
from conformance.results.verdicts import Exchange, RequirementResult, Verdict, Violation

_COMPARED = 2_000


def in_full(decided: RequirementResult, edge: str) -> str:
    """The sentence, what was expected, what came back, and the commands that show it."""
    reason = "" if decided.verdict is Verdict.FAIL else f"<p>{escape(line(decided.reason))}</p>"
    findings = "".join(_finding(finding) for finding in shown(decided))
    return (
        f'<article class="full {edge}" id="{escape(decided.id)}"><h3>{escape(line(decided.text))}</h3>'
        f'<p class="about">{_about(decided)} · {repetition(decided)}</p>{reason}{findings}</article>'
    )


def briefly(decided: RequirementResult) -> str:
    """The sentence, and the reason for its verdict."""
    return (
        f'<li id="{escape(decided.id)}">{escape(line(decided.text))}'
        f'<p class="about">{_about(decided)} · {escape(line(decided.reason))}</p></li>'
    )


def _about(decided: RequirementResult) -> str:
    return f'<span class="level">{decided.level}</span> <code>{escape(decided.id)}</code> · {_source(decided.source)}'


def _source(source: str) -> str:
    if source.startswith(("https://", "http://")):
        page = source.rstrip("/").rpartition("/")[2]
        return f'<a href="{escape(line(source))}" rel="noreferrer">{escape(line(page))}</a>'
    return escape(line(source))


def _finding(finding: Violation) -> str:
    expected, came_back = difference(block(finding.expected, _COMPARED), block(finding.actual, _COMPARED))
    steps = "".join(_step(exchange) for exchange in finding.exchanges)
    return (
        f'<div class="sides"><div class="expected"><h4>Expected</h4><pre>{_marked(expected)}</pre></div>'
        f'<div class="came-back"><h4>Came back</h4><pre>{_marked(came_back)}</pre></div></div>'
        f'<h4>To see it</h4><ol class="steps">{steps}</ol>'
    )


def _step(exchange: Exchange) -> str:
    response = body(exchange.response_body)
    shown_body = f"<pre>{escape(response)}</pre>" if response else ""
    command = f'<pre class="curl">{escape(block(curl(exchange), 8_000))}</pre>'
    return f'<li>{command}<span class="quiet">→ {escape(line(answer(exchange)))}</span>{shown_body}</li>'


def _marked(pieces: Pieces) -> str:
    return "".join(f"<mark>{escape(one.text)}</mark>" if one.differs else escape(one.text) for one in pieces)
