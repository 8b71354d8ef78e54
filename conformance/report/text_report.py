"""The report for a person at a terminal."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from conformance.catalogue.requirements import Requirement
from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.difference import Pieces, difference
from conformance.report.legible import block, body, line
from conformance.report.redaction import VARIABLE
from conformance.report.wording import (
    DIGEST_SHOWN,
    HEADLINE,
    MEANING,
    failing_checks,
    frequency,
    response_summary,
    shown_violations,
    summary,
    tally,
)
from conformance.results.exchange import Exchange
from conformance.results.timeline import legend
from conformance.results.verdicts import RequirementResult, RunVerdict, Verdict
from conformance.results.violation import Violation

_WIDTH = 100
_SHOWN = (Section.VIOLATED, Section.ERROR, Section.STALE, Section.UNDECIDED, Section.WARNING, Section.EXPECTED)
_COMPARED, _COMMAND, _BODY = 2_000, 8_000, 600  # characters shown
_RED, _GREEN, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def render(report: Report, *, colour: bool = False) -> str:
    """Return the failures with the commands that show them, then the counts and the verdict; in colour if asked for."""
    lines = [text for section in _SHOWN for text in _section(report, section, colour=colour)]
    return "\n".join([*lines, *_conclusion(report, colour=colour)]) + "\n"


def verdict_line(report: Report, *, colour: bool = False) -> str:
    """Return the last line alone, the verdict; in colour if asked for."""
    return _verdict(report, colour=colour) + "\n"


def _section(report: Report, section: Section, *, colour: bool) -> Iterator[str]:
    if not (results := report.section(section)):
        return
    yield _painted(f"== {section}: {MEANING[section]}", _BOLD, colour=colour)
    yield ""
    for result in results:
        if result.verdict is Verdict.FAIL:
            yield from _failure(result, report.rerun(result), colour=colour)
            yield ""
    for reason in dict.fromkeys(result.reason for result in results if result.verdict is not Verdict.FAIL):
        yield from _same_reason([result for result in results if result.reason == reason], reason, colour=colour)
        yield ""


def _same_reason(results: list[RequirementResult], reason: str, *, colour: bool) -> Iterator[str]:
    """Yield the lines of results without violations that share one reason."""
    for result in results:
        yield from _head(result.requirement, result.verdict, colour=colour)
    yield f"  reason: {line(reason)}"


def _failure(result: RequirementResult, rerun: str, *, colour: bool) -> Iterator[str]:
    yield from _head(result.requirement, result.verdict, colour=colour)
    violations = shown_violations(result.observations)
    more = len(result.observations.violations) - len(violations)
    yield f"  {frequency(result.observations)}{f'; {more} more are not shown' if more else ''}"
    for name in failing_checks(result.observations):
        yield f"  seen by {line(name)}"
    for violation in violations:
        yield ""
        yield from _violation(violation, colour=colour)
    if rerun:
        yield ""
        yield f"  check it again: {line(rerun, _COMMAND)}"


def _head(requirement: Requirement, verdict: Verdict, *, colour: bool) -> Iterator[str]:
    yield _painted(f"{verdict.upper()}  {requirement.id}  {requirement.level}", _BOLD, colour=colour)
    yield f"  {line(requirement.text)}"
    yield f"  source: {line(requirement.source)}"


def _violation(violation: Violation, *, colour: bool) -> Iterator[str]:
    expected, actual = difference(block(violation.expected, _COMPARED), block(violation.actual, _COMPARED))
    yield "  expected"
    yield from _marked(expected, _GREEN, colour=colour)
    yield "  actual"
    yield from _marked(actual, _RED, colour=colour)
    if violation.remark:
        yield f"  remark: {line(violation.remark)}"
    if violation.shown_timeline:
        yield "  the longest order that explains the responses"
        yield from (f"    {line(text)}" for text in legend(violation.shown_timeline))
    yield "  steps to reproduce"
    for number, exchange in enumerate(violation.exchanges, start=1):
        command, *continuation = block(curl(exchange), _COMMAND).split("\n")
        yield f"  {number:>3}. {command}"
        yield from (f"       {text}" for text in continuation)
        yield f"       -> {line(response_summary(exchange))}"
        yield from (f"          {text}" for text in body(exchange.response_body, _BODY).split("\n") if text)


def _marked(pieces: Pieces, paint: str, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a text with its differences marked; a text that differs as a whole has no marks."""
    if all(piece.differs for piece in pieces):
        pieces = tuple(replace(piece, differs=False) for piece in pieces)
    if colour:
        text = "".join(_painted(piece.text, paint, colour=True) if piece.differs else piece.text for piece in pieces)
        yield from (f"    {text_line}" for text_line in text.split("\n"))
        return
    text = "".join(piece.text for piece in pieces).replace("\t", " ")
    marks = "".join(re.sub(r"[^\n]", "^" if piece.differs else " ", piece.text) for piece in pieces)
    for text_line, mark_line in zip(text.split("\n"), marks.split("\n"), strict=True):
        for start in range(0, max(len(text_line), 1), _WIDTH):
            yield f"    {text_line[start : start + _WIDTH]}"
            yield from [f"    {mark}" for mark in [mark_line[start : start + _WIDTH].rstrip()] if mark]


def _conclusion(report: Report, *, colour: bool) -> Iterator[str]:
    yield from (f"note: {line(note)}" for note in report.notes)
    if any(VARIABLE.search(curl(exchange)) for exchange in _exchanges(report)):
        yield "note: keys are not shown; replace $AUDIENCE_API_KEY_... in a command by a key of the target"
    yield from _deciding_ids(report)
    yield f"suite     {line(report.suite_version)}, {line(report.started)}"
    yield f"target    {line(report.base_url)}"
    contract = f"{report.contract.title} {report.contract.version} ({report.contract.digest[:DIGEST_SHOWN]})"
    yield f"contract  {line(contract)}, profile {report.profile}, seed {report.seed}, {report.duration:.1f} s"
    yield f"counts    {tally(report)}"
    yield _verdict(report, colour=colour)


def _verdict(report: Report, *, colour: bool) -> str:
    is_good = report.outcome in (RunVerdict.CONFORMANT, RunVerdict.CONFORMANT_EXCEPT, RunVerdict.PARTIAL)
    verdict = f"verdict   {report.outcome}: {HEADLINE[report.outcome]}. {line(summary(report))}"
    return _painted(verdict, _GREEN if is_good else _RED, colour=colour)


def _exchanges(report: Report) -> Iterator[Exchange]:
    for section in _SHOWN:
        for result in report.section(section):
            yield from (exchange for violation in result.observations.violations for exchange in violation.exchanges)


def _deciding_ids(report: Report) -> Iterator[str]:
    """Yield the ids of the requirements that decide the run."""
    for section, word in ((Section.VIOLATED, "violated"), (Section.ERROR, "errors"), (Section.UNDECIDED, "undecided")):
        ids = " ".join(result.requirement.id for result in report.section(section))
        if ids:
            yield from (f"{word:<10}{part}" for part in textwrap.wrap(ids, _WIDTH, break_on_hyphens=False))


def _painted(text: str, paint: str, *, colour: bool) -> str:
    return f"{paint}{text}{_PLAIN}" if colour else text
