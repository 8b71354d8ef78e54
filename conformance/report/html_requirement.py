"""The HTML of one requirement."""

from html import escape

from conformance.catalogue.requirements import Requirement
from conformance.report.curl import curl
from conformance.report.difference import Pieces, difference
from conformance.report.legible import block, body, line
from conformance.report.wording import frequency, response_summary, shown_violations
from conformance.results.exchange import Exchange
from conformance.results.verdicts import RequirementResult, Verdict
from conformance.results.violation import Violation

_COMPARED, _COMMAND = 2_000, 8_000  # characters shown


def render_in_full(result: RequirementResult, edge: str) -> str:
    """Return the sentence, the expected and the actual behaviour, and the commands that show it."""
    requirement = result.requirement
    reason = "" if result.verdict is Verdict.FAIL else f"<p>{escape(line(result.reason))}</p>"
    violations = "".join(_violation(violation) for violation in shown_violations(result.observations))
    return (
        f'<article class="full {edge}" id="{escape(requirement.id)}"><h3>{escape(line(requirement.text))}</h3>'
        f'<p class="about">{_about(requirement)} · {frequency(result.observations)}</p>{reason}{violations}</article>'
    )


def render_briefly(result: RequirementResult) -> str:
    """Return the sentence, and the reason for its verdict."""
    requirement = result.requirement
    return (
        f'<li id="{escape(requirement.id)}">{escape(line(requirement.text))}'
        f'<p class="about">{_about(requirement)} · {escape(line(result.reason))}</p></li>'
    )


def _about(requirement: Requirement) -> str:
    level, source = requirement.level, _source(requirement.source)
    return f'<span class="level">{level}</span> <code>{escape(requirement.id)}</code> · {source}'


def _source(source: str) -> str:
    if source.startswith(("https://", "http://")):
        page = source.rstrip("/").rpartition("/")[2]
        return f'<a href="{escape(line(source))}" rel="noreferrer">{escape(line(page))}</a>'
    return escape(line(source))


def _violation(violation: Violation) -> str:
    expected, actual = difference(block(violation.expected, _COMPARED), block(violation.actual, _COMPARED))
    steps = "".join(_step(exchange) for exchange in violation.exchanges)
    remark = f'<p class="about">{escape(line(violation.remark))}</p>' if violation.remark else ""
    return (
        f'<div class="sides"><div class="expected"><h4>Expected</h4><pre>{_marked(expected)}</pre></div>'
        f'<div class="actual"><h4>Actual</h4><pre>{_marked(actual)}</pre></div></div>'
        f'{remark}<h4>Steps to reproduce</h4><ol class="steps">{steps}</ol>'
    )


def _step(exchange: Exchange) -> str:
    response = body(exchange.response_body)
    shown_body = f"<pre>{escape(response)}</pre>" if response else ""
    command = f'<pre class="curl">{escape(block(curl(exchange), _COMMAND))}</pre>'
    return f'<li>{command}<span class="quiet">→ {escape(line(response_summary(exchange)))}</span>{shown_body}</li>'


def _marked(pieces: Pieces) -> str:
    return "".join(f"<mark>{escape(piece.text)}</mark>" if piece.differs else escape(piece.text) for piece in pieces)
