"""The report for a comment on a pull request, in Markdown."""

import re
from collections.abc import Iterator

from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.legible import block, body, line
from conformance.report.wording import (
    MEANING,
    failing_checks,
    frequency,
    headline,
    response_summary,
    shown_violations,
    summary,
    tally,
    versions,
)
from conformance.results.timeline import legend
from conformance.results.verdicts import RequirementResult
from conformance.results.violation import Violation

LIMIT = 60_000
"""The most characters of the report; GitHub accepts 65,536."""

_NOTE = "\n_{left} more did not fit here. The HTML and JSON reports are complete._\n"
_ROOM_FOR_NOTE = 120
_NOTES = 20
_PART, _BODY = 3_000, 300  # characters shown
_PUNCTUATION = re.compile(r"[\\`*_\[\]|~<>&]")
_LINKED_LATER = re.compile(r"[@#]|:(?=//)|www(?=\.)")  # GitHub turns them into links after it has parsed the Markdown
_IN_FULL = (Section.VIOLATED, Section.WARNING)


def render(report: Report) -> str:
    """Return at most LIMIT characters: whole entries, the deciding ones first, and a note on the omitted ones."""
    kept, used = [head := _head(report)], len(head)
    entries = list(_entries(report))
    for index, entry in enumerate(entries):
        if used + len(entry) > LIMIT - _ROOM_FOR_NOTE:
            kept.append(_NOTE.format(left=len(entries) - index))
            break
        kept.append(entry)
        used += len(entry)
    return "".join(kept)


def _head(report: Report) -> str:
    facts = f"profile {report.profile}, seed {report.seed}, {report.duration:.1f} s"
    notes = "".join(f"- {_escaped(note)}\n" for note in report.notes[:_NOTES])
    return (
        f"## {_escaped(report.contract.title)} at {_code(report.base_url)}: {headline(report)}\n\n"
        f"{_escaped(summary(report))}\n\n"
        f"{_escaped(report.started)}; {_escaped(versions(report))}; {facts}\n\n"
        f"{tally(report)}\n\n{notes}"
    )


def _entries(report: Report) -> Iterator[str]:
    for section in Section:
        if section is Section.PASSED:
            continue
        for index, result in enumerate(report.section(section)):
            entry = _in_full(result, report.rerun(result)) if section in _IN_FULL else _briefly(result)
            yield (_heading(section) if index == 0 else "") + entry


def _briefly(result: RequirementResult) -> str:
    requirement = result.requirement
    return f"- {_code(requirement.id)} {requirement.level}: {_escaped(requirement.text)} {_code(result.reason)}\n"


def _heading(section: Section) -> str:
    return f"\n### {section}\n\n{MEANING[section]}\n\n"


def _in_full(result: RequirementResult, rerun: str) -> str:
    requirement, observed = result.requirement, result.observations
    about = f"**{requirement.level}** {_code(requirement.id)}, {frequency(observed)}, {_source(requirement.source)}"
    violations = "".join(_violation(violation) for violation in shown_violations(observed)[:1])
    checks = "".join(f"- {_code(name)}\n" for name in failing_checks(observed)[:_NOTES])
    seen_by = f"Seen by\n\n{checks}\n" if checks else ""
    again = f"Check it again:\n\n{_fenced('sh', block(rerun, _PART))}" if rerun else ""
    return f"#### {_escaped(requirement.text)}\n\n{about}\n\n{seen_by}{violations}{again}"


def _source(source: str) -> str:
    is_plain_url = re.fullmatch(r"https?://[\w./#?=&%-]+", source)
    return f"[source]({source})" if is_plain_url else f"source {_code(source)}"


def _violation(violation: Violation) -> str:
    expected = [f"- expected: {text}" for text in block(violation.expected, _PART).split("\n")]
    actual = [f"+ actual: {text}" for text in block(violation.actual, _PART).split("\n")]
    remark = f"{_escaped(violation.remark)}\n\n" if violation.remark else ""
    commands: list[str] = []
    for number, exchange in enumerate(violation.exchanges, start=1):
        response = f"{response_summary(exchange)} {body(exchange.response_body, _BODY)}"
        commands += [f"# {number}.", block(curl(exchange), _PART), f"# -> {line(response)}"]
    order = "".join(f"- {_escaped(text)}\n" for text in legend(violation.shown_timeline))
    explained = f"The longest order that explains the responses:\n\n{order}\n" if order else ""
    return _fenced("diff", "\n".join(expected + actual)) + remark + explained + _fenced("sh", "\n".join(commands))


def _fenced(language: str, text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}\n\n"


def _code(text: str) -> str:
    shown_text = line(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown_text)), default=0))
    return f"{ticks} {shown_text} {ticks}" if "`" in shown_text else f"`{shown_text or ' '}`"


def _escaped(text: str) -> str:
    return _LINKED_LATER.sub(r"\g<0><!-- -->", _PUNCTUATION.sub(r"\\\g<0>", line(text)))
