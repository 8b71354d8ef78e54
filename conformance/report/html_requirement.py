"""The HTML of one requirement."""

from html import escape

from conformance.catalogue.requirements import Requirement
from conformance.report.curl import curl
from conformance.report.difference import Pieces, difference
from conformance.report.legible import block, body, line
from conformance.report.timeline_svg import render as render_timeline
from conformance.report.wording import failing_checks, frequency, response_summary, shown_violations
from conformance.results.exchange import Exchange
from conformance.results.observations import Observations
from conformance.results.verdicts import RequirementResult, Verdict
from conformance.results.violation import Violation

_COMPARED, _COMMAND = 2_000, 8_000  # characters shown
_NAMES = 12


def render_in_full(result: RequirementResult, edge: str, rerun: str = "") -> str:
    """Return the sentence, the expected and the actual behaviour, and the commands that show it.

    Args:
        result: The result of the requirement.
        edge: The class of the edge.
        rerun: The command that checks the requirement again; empty for none.
    """
    requirement = result.requirement
    reason = "" if result.verdict is Verdict.FAIL else f"<p>{escape(line(result.reason))}</p>"
    shown = enumerate(shown_violations(result.observations), 1)
    violations = "".join(_violation(violation, f"{requirement.id}-{number}") for number, violation in shown)
    return (
        f'<article class="full {edge}" id="{escape(requirement.id)}"><h3>{escape(line(requirement.text))}</h3>'
        f'<p class="about">{_about(requirement)} · {frequency(result.observations)}</p>{reason}'
        f"{_seen_by(result.observations)}{violations}{_rerun(rerun)}</article>"
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


def _seen_by(observed: Observations) -> str:
    """Return the names of the checks that saw a violation."""
    names = failing_checks(observed)
    if not names:
        return ""
    items = "".join(f"<li><code>{escape(line(name))}</code></li>" for name in names[:_NAMES])
    more = f"<li>and {len(names) - _NAMES} more</li>" if len(names) > _NAMES else ""
    return f'<h4>Seen by</h4><ul class="checks">{items}{more}</ul>'


def _rerun(command: str) -> str:
    if not command:
        return ""
    return f'<h4>Check this again</h4><pre class="curl">{escape(block(command, _COMMAND))}</pre>'


def _violation(violation: Violation, name: str) -> str:
    expected, actual = difference(block(violation.expected, _COMPARED), block(violation.actual, _COMPARED))
    steps = "".join(_step(exchange) for exchange in violation.exchanges)
    remark = f'<p class="about">{escape(line(violation.remark))}</p>' if violation.remark else ""
    return (
        f'<div class="sides"><div class="expected"><h4>Expected</h4><pre>{_marked(expected)}</pre></div>'
        f'<div class="actual"><h4>Actual</h4><pre>{_marked(actual)}</pre></div></div>'
        f"{remark}{render_timeline(violation.shown_timeline, escape(name))}"
        f"<details><summary>Steps to reproduce ({len(violation.exchanges)})</summary>"
        f'<ol class="steps">{steps}</ol></details>'
    )


def _step(exchange: Exchange) -> str:
    response = body(exchange.response_body)
    shown_body = f"<pre>{escape(response)}</pre>" if response else ""
    command = f'<pre class="curl">{escape(block(curl(exchange), _COMMAND))}</pre>'
    return f'<li>{command}<span class="quiet">→ {escape(line(response_summary(exchange)))}</span>{shown_body}</li>'


def _marked(pieces: Pieces) -> str:
    return "".join(f"<mark>{escape(piece.text)}</mark>" if piece.differs else escape(piece.text) for piece in pieces)
