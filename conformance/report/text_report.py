"""The report for a person at a terminal."""

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.difference import Pieces, difference
from conformance.report.legible import block, body, line
from conformance.report.redaction import VARIABLE
from conformance.report.wording import HEADLINE, MEANING, answer, repetition, shown, summary, tally
from conformance.results.verdicts import Exchange, RequirementResult, RunVerdict, Verdict, Violation

_WIDTH = 100
_SHOWN = (Section.VIOLATED, Section.ERROR, Section.STALE, Section.UNDECIDED, Section.WARNING, Section.EXPECTED)
_BODY = 600
_RED, _GREEN, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def render(report: Report, *, colour: bool = False) -> str:
    """What failed, with the commands that show it; then counts and verdict. Plain lines, unless colour is asked for."""
    lines = [one for section in _SHOWN for one in _section(report, section, colour=colour)]
    return "\n".join([*lines, *_end(report, colour=colour)]) + "\n"


def _section(report: Report, section: Section, *, colour: bool) -> Iterator[str]:
    if not (decided := report.section(section)):
        return
    yield _painted(f"== {section}: {MEANING[section]}", _BOLD, colour=colour)
    yield ""
    for one in decided:
        if one.verdict is Verdict.FAIL:
            yield from _requirement(one, colour=colour)
            yield ""
    for reason in dict.fromkeys(one.reason for one in decided if one.verdict is not Verdict.FAIL):
        yield from _alike([one for one in decided if one.reason == reason], reason, colour=colour)
        yield ""


def _alike(decided: list[RequirementResult], reason: str, *, colour: bool) -> Iterator[str]:
    """Requirements that have nothing to show, and all for the same reason."""
    for one in decided:
        yield from _head(one, colour=colour)
    yield f"  reason: {line(reason)}"


def _requirement(decided: RequirementResult, *, colour: bool) -> Iterator[str]:
    yield from _head(decided, colour=colour)
    findings = shown(decided)
    more = len(decided.violations) - len(findings)
    yield f"  {repetition(decided)}{f'; {more} more are not shown' if more else ''}"
    for finding in findings:
        yield ""
        yield from _finding(finding, colour=colour)


def _head(decided: RequirementResult, *, colour: bool) -> Iterator[str]:
    yield _painted(f"{decided.verdict.upper()}  {decided.id}  {decided.level}", _BOLD, colour=colour)
    yield f"  {line(decided.text)}"
    yield f"  source: {line(decided.source)}"


def _finding(finding: Violation, *, colour: bool) -> Iterator[str]:
    expected, came_back = difference(block(finding.expected, 2_000), block(finding.actual, 2_000))
    yield "  expected"
    yield from _marked(expected, _GREEN, colour=colour)
    yield "  came back"
    yield from _marked(came_back, _RED, colour=colour)
    yield "  to see it"
    for place, exchange in enumerate(finding.exchanges, start=1):
        command, *rest = block(curl(exchange), 8_000).split("\n")
        yield f"  {place:>3}. {command}"
        yield from (f"       {one}" for one in rest)
        yield f"       -> {line(answer(exchange))}"
        yield from (f"          {one}" for one in body(exchange.response_body, _BODY).split("\n") if one)


def _marked(pieces: Pieces, paint: str, *, colour: bool) -> Iterator[str]:
    """A text, and what is different in it; where all is, no mark says so."""
    if all(one.differs for one in pieces):
        pieces = tuple(replace(one, differs=False) for one in pieces)
    if colour:
        text = "".join(_painted(one.text, paint, colour=True) if one.differs else one.text for one in pieces)
        yield from (f"    {one}" for one in text.split("\n"))
        return
    text = "".join(one.text for one in pieces).replace("\t", " ")
    marks = "".join(("^" if one.differs else " ") if letter != "\n" else "\n" for one in pieces for letter in one.text)
    for words, under in zip(text.split("\n"), marks.split("\n"), strict=True):
        for start in range(0, max(len(words), 1), _WIDTH):
            yield f"    {words[start : start + _WIDTH]}"
            yield from [f"    {mark}" for mark in [under[start : start + _WIDTH].rstrip()] if mark]


def _end(report: Report, *, colour: bool) -> Iterator[str]:
    yield from (f"note: {line(note)}" for note in report.notes)
    if any(VARIABLE.search(curl(one)) for one in _exchanges(report)):
        yield "note: no key is shown; in a command put one of the target's in place of $AUDIENCE_API_KEY_..."
    yield from _named(report)
    yield f"target   {line(report.base_url)}"
    contract = f"{report.contract.title} {report.contract.version} ({report.contract.digest[:12]})"
    yield f"contract {line(contract)}, profile {report.profile}, seed {report.seed}, {report.duration:.1f} s"
    yield f"counts   {tally(report)}"
    good = report.outcome in (RunVerdict.CONFORMANT, RunVerdict.CONFORMANT_EXCEPT, RunVerdict.PARTIAL)
    verdict = f"verdict  {report.outcome}: {HEADLINE[report.outcome]}. {line(summary(report))}"
    yield _painted(verdict, _GREEN if good else _RED, colour=colour)


def _exchanges(report: Report) -> Iterator[Exchange]:
    for section in _SHOWN:
        for one in report.section(section):
            yield from (exchange for finding in one.violations for exchange in finding.exchanges)


def _named(report: Report) -> Iterator[str]:
    """What decides the run, by its ids alone."""
    for section, word in ((Section.VIOLATED, "violated"), (Section.ERROR, "broken"), (Section.UNDECIDED, "open")):
        ids = " ".join(one.id for one in report.section(section))
        if ids:
            yield from (f"{word:<9}{part}" for part in textwrap.wrap(ids, _WIDTH, break_on_hyphens=False))


def _painted(text: str, paint: str, *, colour: bool) -> str:
    return f"{paint}{text}{_PLAIN}" if colour else text
