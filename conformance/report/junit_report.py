"""The report for continuous integration: JUnit XML, with a test case for each requirement."""

from xml.etree import ElementTree as ET

from conformance.report.contents import Report, Section
from conformance.report.curl import curl
from conformance.report.legible import block, body, line
from conformance.report.wording import failing_checks, frequency, response_summary, shown_violations
from conformance.results.timeline import legend
from conformance.results.verdicts import RequirementResult
from conformance.results.violation import Violation

_COMMAND, _BODY = 8_000, 1_000  # characters shown
# A failure makes the run exit with 1, an error with 3; the other sections pass, with a property.
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
    """Return an XML document, without the requirements that were not selected, as pytest does."""
    cases = [_case(report, result) for result in report.results if result.observations.selected]
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
        ("suite", report.suite_version),
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


def _case(report: Report, result: RequirementResult) -> ET.Element:
    section = report.section_of(result)
    requirement = result.requirement
    classname = f"conformance.{requirement.profile}"
    case = ET.Element("testcase", {"classname": classname, "name": requirement.id, "time": "0"})
    facts: list[tuple[str, str]] = [("level", requirement.level), ("verdict", result.verdict)]
    facts += [("text", requirement.text), ("source", requirement.source)]
    facts += [("check", name) for name in failing_checks(result.observations)]
    facts += [("rerun", rerun)] if (rerun := report.rerun(result)) else []
    facts += [("times", str(result.observations.check_count))]
    facts += [(_PROPERTY[section], result.reason)] if section in _PROPERTY else []
    _properties(case, *facts)
    if section in _ELEMENT:
        attributes = {"type": f"{requirement.level} {result.verdict}", "message": line(result.reason)}
        ET.SubElement(case, _ELEMENT[section], attributes).text = _text(result)
    elif result.observations.violations:
        ET.SubElement(case, "system-out").text = _text(result)
    return case


def _properties(parent: ET.Element, *facts: tuple[str, str]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in facts:
        ET.SubElement(properties, "property", {"name": name, "value": line(value)})


def _text(result: RequirementResult) -> str:
    requirement, observed = result.requirement, result.observations
    lines = [line(requirement.text), f"source: {line(requirement.source)}", f"level: {requirement.level}"]
    lines += [frequency(observed)]
    lines += [text for violation in shown_violations(observed) for text in _violation(violation)]
    return "\n".join(lines)


def _violation(violation: Violation) -> list[str]:
    lines = ["", f"expected: {block(violation.expected)}", f"actual: {block(violation.actual)}"]
    lines += [f"remark: {line(violation.remark)}"] if violation.remark else []
    lines += [f"order: {line(text)}" for text in legend(violation.shown_timeline)]
    for number, exchange in enumerate(violation.exchanges, start=1):
        lines += [f"{number}. {block(curl(exchange), _COMMAND)}", f"   -> {line(response_summary(exchange))}"]
        lines += [f"   {text}" for text in [body(exchange.response_body, _BODY)] if text]
    return lines
