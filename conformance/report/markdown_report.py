"""The report for a pull request's comment."""

import re
from collections.abc import Iterator

from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.legible import block, body, line
from conformance.report.wording import HEADLINE, MEANING, answer, repetition, shown, summary, tally
from conformance.results.verdicts import RequirementResult, Violation

LIMIT = 60_000  # GitHub takes 65,536
_NOTE = "\n_The rest did not fit here: {left} more. The HTML and JSON reports have everything._\n"
_ROOM_FOR_NOTE = 120
_PART = 3_000
_PUNCTUATION = re.compile(r"[\\`*_\[\]|~<>&]")
_LINKED_LATER = re.compile(r"[@#]|:(?=//)|www(?=\.)")  # GitHub makes links of them after it has read the Markdown
_IN_FULL = (Section.VIOLATED, Section.WARNING)


def render(report: Report) -> str:
    """At most LIMIT characters: what decides the run first, whole entries only, and a note of what is left out."""
    kept, used = [head := _head(report)], len(head)
    entries = list(_entries(report))
    for place, entry in enumerate(entries):
        if used + len(entry) > LIMIT - _ROOM_FOR_NOTE:
            kept.append(_NOTE.format(left=len(entries) - place))
            break
        kept.append(entry)
        used += len(entry)
    return "".join(kept)


def _head(report: Report) -> str:
    contract = f"{report.contract.title} {report.contract.version}"
    facts = f"profile {report.profile}, seed {report.seed}, {report.duration:.1f} s"
    notes = "".join(f"- {_escaped(note)}\n" for note in report.notes[:20])
    return (
        f"## Conformance: {HEADLINE[report.outcome]}\n\n"
        f"{_escaped(summary(report))}\n\n"
        f"{_code(report.base_url)} held against {_escaped(contract)}; {facts}\n\n"
        f"{tally(report)}\n\n{notes}"
    )


def _entries(report: Report) -> Iterator[str]:
    for section in Section:
        if section is Section.PASSED:
            continue
        entry = _in_full if section in _IN_FULL else _briefly
        for place, decided in enumerate(report.section(section)):
            yield (_heading(section) if place == 0 else "") + entry(decided)


def _briefly(decided: RequirementResult) -> str:
    return f"- {_code(decided.id)} {decided.level}: {_escaped(decided.text)} {_code(decided.reason)}\n"


def _heading(section: Section) -> str:
    return f"\n### {section}\n\n{MEANING[section]}\n\n"


def _in_full(decided: RequirementResult) -> str:
    about = f"**{decided.level}** {_code(decided.id)}, {repetition(decided)}, {_source(decided.source)}"
    findings = "".join(_finding(finding) for finding in shown(decided)[:1])
    return f"#### {_escaped(decided.text)}\n\n{about}\n\n{findings}"


def _source(source: str) -> str:
    plain = re.fullmatch(r"https?://[\w./#?=&%-]+", source)
    return f"[source]({source})" if plain else f"source {_code(source)}"


def _finding(finding: Violation) -> str:
    expected = [f"- expected: {one}" for one in block(finding.expected, _PART).split("\n")]
    came_back = [f"+ came back: {one}" for one in block(finding.actual, _PART).split("\n")]
    commands: list[str] = []
    for place, exchange in enumerate(finding.exchanges, start=1):
        told = f"{answer(exchange)} {body(exchange.response_body, 300)}"
        commands += [f"# {place}.", block(curl(exchange), _PART), f"# -> {line(told)}"]
    return _fenced("diff", "\n".join(expected + came_back)) + _fenced("sh", "\n".join(commands))


def _fenced(language: str, text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}\n\n"


def _code(text: str) -> str:
    shown_text = line(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown_text)), default=0))
    return f"{ticks} {shown_text} {ticks}" if "`" in shown_text else f"`{shown_text or ' '}`"


def _escaped(text: str) -> str:
    return _LINKED_LATER.sub(r"\g<0><!-- -->", _PUNCTUATION.sub(r"\\\g<0>", line(text)))
