from typing import Any
from xml.etree import ElementTree as ET

import pytest

from conformance.catalogue.requirements import Level
from conformance.report import junit_report
from conformance.results.verdicts import RequirementResult, Verdict
from tests.harness.sample_report import EVERYTHING, hostile_report, report_of, result_of


def cases(*of: RequirementResult, **other: Any) -> dict[str, ET.Element]:
    suites = ET.fromstring(junit_report.render(report_of(*of, **other)))  # noqa: S314 - ours
    return {case.attrib["name"]: case for case in suites.iter("testcase")}


def marks(case: ET.Element) -> list[str]:
    return [child.tag for child in case if child.tag != "properties"]


def properties(case: ET.Element) -> dict[str, str]:
    return {element.attrib["name"]: element.attrib["value"] for element in case.iter("property")}


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.FAIL, ["failure"]),
        (Verdict.STALE, ["failure"]),
        (Verdict.NOT_RUN, ["failure"]),
        (Verdict.ERROR, ["error"]),
        (Verdict.PASS, []),
        (Verdict.EXPECTED, []),
        (Verdict.UNEXERCISED, []),
    ],
)
def test_a_must_fails_in_junit_where_it_fails_the_run(verdict: Verdict, expected: list[str]) -> None:
    (case,) = cases(result_of(verdict)).values()

    assert marks(case) == expected
    assert properties(case)["verdict"] == verdict


@pytest.mark.parametrize("level", [Level.SHOULD, Level.MAY])
@pytest.mark.parametrize(("verdict", "name"), [(Verdict.FAIL, "warning"), (Verdict.NOT_RUN, "not-run")])
def test_a_warning_passes_with_a_property(level: Level, verdict: Verdict, name: str) -> None:
    (case,) = cases(result_of(verdict, level)).values()

    assert marks(case) == []
    assert properties(case)[name] == f"reason of AUD-{verdict.upper()}-{level}"


def test_strict_fails_a_should_in_junit() -> None:
    (case,) = cases(result_of(Verdict.FAIL, Level.SHOULD), strict=True).values()

    assert marks(case) == ["failure"]


@pytest.mark.parametrize("verdict", [Verdict.EXPECTED, Verdict.UNEXERCISED])
def test_a_verdict_that_blocks_nothing_is_a_property(verdict: Verdict) -> None:
    (case,) = cases(result_of(verdict)).values()

    assert verdict in properties(case)


def test_junit_counts_its_cases_and_leaves_out_the_unselected() -> None:
    left_out = result_of(Verdict.NOT_RUN, id="AUD-LEFT-OUT", selected=False)

    suite = ET.fromstring(junit_report.render(report_of(*EVERYTHING[1:], left_out))).find("testsuite")  # noqa: S314 - ours

    assert suite is not None
    numbers = [suite.attrib[name] for name in ("tests", "failures", "errors", "skipped")]
    assert numbers == [str(len(Verdict) * len(Level)), "5", "3", "0"]


def test_hostile_responses_leave_well_formed_xml() -> None:
    suites = ET.fromstring(junit_report.render(hostile_report()))  # noqa: S314 - ours

    assert "<script>alert(1)</script>]]>" in (suites.findtext(".//failure") or "")
