"""The report for continuous integration: JUnit XML, one test case a requirement."""

from xml.etree import ElementTree as ET

from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.legible import block, body, line
from conformance.report.wording import answer, repetition, shown
from conformance.results.verdicts import RequirementResult, Violation

# A failure is what lets the run exit with 1, an error what lets it exit with 3; the rest passes, with a property.
_ELEMENT = {
    Section.VIOLATED: "failure",
    Section.STALE: "failure",
    Section.UNDECIDED: "failure",
    Section.ERROR: "error",
}
_PROPERTY = {
    Section.WARNING: "warning",
    Section.NOT_RUN: "not-run",
    Section.EXPECTED: "expected",
    Section.UNEXERCISED: "unexercised",
}


def render(report: Report) -> str:
    """An XML document; requirements that were not selected are left out, as pytest leaves them out."""
    cases = [_case(report, one) for one in report.decided if one.selected]
    numbers = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "skipped": "0",
        "time": f"{report.duration:.3f}",
    }
    suites = ET.Element("testsuites", {"name": "conformance", **numbers})
    suite = ET.SubElement(suites, "testsuite", {"name": "conformance", **numbers, "timestamp": line(report.started)})
    facts = (
        ("target", report.base_url),
        ("contract", f"{report.contract.title} {report.contract.version} {report.contract.digest}"),
        ("profile", report.profile),
        ("seed", str(report.seed)),
        ("verdict", report.outcome),
        *(("note", note) for note in report.notes),
    )
    _properties(suite, *facts)
    suite.extend(cases)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(report: Report, decided: RequirementResult) -> ET.Element:
    section = report.section_of(decided)
    case = ET.Element("testcase", {"classname": f"conformance.{decided.profile}", "name": decided.id, "time": "0"})
    facts = [("level", decided.level), ("verdict", decided.verdict), ("text", decided.text), ("source", decided.source)]
    facts += [("times", str(decided.check_count))]
    facts += [(_PROPERTY[section], decided.reason)] if section in _PROPERTY else []
    _properties(case, *facts)
    if section in _ELEMENT:
        attributes = {"type": f"{decided.level} {decided.verdict}", "message": line(decided.reason)}
        ET.SubElement(case, _ELEMENT[section], attributes).text = _text(decided)
    elif decided.violations:
        ET.SubElement(case, "system-out").text = _text(decided)
    return case


def _properties(parent: ET.Element, *facts: tuple[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts:
        ET.SubElement(properties, "property", {"name": name, "value": line(value)})


def _text(decided: RequirementResult) -> str:
    lines = [line(decided.text), f"source: {line(decided.source)}", f"level: {decided.level}", repetition(decided)]
    lines += [part for finding in shown(decided) for part in _finding(finding)]
    return "\n".join(lines)


def _finding(finding: Violation) -> list[str]:
    lines = ["", f"expected: {block(finding.expected)}", f"came back: {block(finding.actual)}"]
    for place, exchange in enumerate(finding.exchanges, start=1):
        lines += [f"{place}. {block(curl(exchange), 8_000)}", f"   -> {line(answer(exchange))}"]
        lines += [f"   {shown_body}" for shown_body in [body(exchange.response_body, 1_000)] if shown_body]
    return lines
