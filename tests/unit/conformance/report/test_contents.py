import pytest

from conformance.catalogue.requirements import Level
from conformance.report import text_report
from conformance.report.contents import Section
from conformance.results.verdicts import Verdict
from tests.harness.sample_report import report_of, result_of


@pytest.mark.parametrize(
    ("verdict", "level", "section"),
    [
        (Verdict.FAIL, Level.MUST, Section.VIOLATED),
        (Verdict.FAIL, Level.SHOULD, Section.WARNING),
        (Verdict.NOT_RUN, Level.MUST, Section.UNDECIDED),
        (Verdict.NOT_RUN, Level.MAY, Section.NOT_RUN),
        (Verdict.ERROR, Level.MAY, Section.ERROR),
        (Verdict.STALE, Level.MAY, Section.STALE),
        (Verdict.EXPECTED, Level.MUST, Section.EXPECTED),
        (Verdict.UNEXERCISED, Level.MUST, Section.UNEXERCISED),
        (Verdict.PASS, Level.MUST, Section.PASSED),
    ],
)
def test_a_requirement_stands_in_its_section(verdict: Verdict, level: Level, section: Section) -> None:
    result = result_of(verdict, level)

    assert report_of(result).section(section) == (result,)


def test_a_run_that_conforms_says_how_much_was_checked() -> None:
    text = text_report.render(report_of(result_of(Verdict.PASS), result_of(Verdict.UNEXERCISED)))

    assert "No violation found: 1 of 2 MUST requirements passed, 1 not exercised." in text
