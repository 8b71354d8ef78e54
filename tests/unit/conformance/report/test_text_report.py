from dataclasses import replace

from conformance.catalogue.requirements import Level
from conformance.report import text_report
from conformance.results.verdicts import Verdict
from tests.harness.sample_report import FAILED, VIOLATION, failure, report_of, result_of


def test_the_verdict_is_the_last_line_and_the_counts_stand_above() -> None:
    report = report_of(FAILED, result_of(Verdict.FAIL, Level.MAY), result_of(Verdict.PASS))

    lines = text_report.render(report).split("\n")

    assert lines[-3] == "counts    1 pass, 2 fail (1 MUST, 1 MAY)"
    assert lines[-2] == "verdict   nonconformant: Does not conform. 1 of 2 MUST requirements is violated."


def test_the_words_that_differ_are_marked_below() -> None:
    lines = text_report.render(report_of(FAILED)).split("\n")

    index = lines.index("    status 409 with a code")
    assert lines[index + 1] == "           ^^^"


def test_a_long_line_is_marked_piece_by_piece() -> None:
    failed = failure(replace(VIOLATION, expected="same " * 30 + "409", actual="same " * 30 + "200"))

    lines = text_report.render(report_of(failed)).split("\n")

    index = lines.index("    " + ("same " * 10) + "409")
    assert lines[index + 1] == " " * 54 + "^^^"


def test_colour_is_off_by_default() -> None:
    assert "\x1b" not in text_report.render(report_of(FAILED))
    assert "status \x1b[31m200\x1b[0m with" in text_report.render(report_of(FAILED), colour=True)


def test_equal_violations_are_shown_once() -> None:
    other = replace(VIOLATION, actual="status 500 with a code")

    text = text_report.render(report_of(failure(VIOLATION, VIOLATION, other)))

    assert text.count("status 200 with a code") == 1
    assert text.count("status 500 with a code") == 1
    assert "violated in 3 of 90 checks" in text


def test_violations_that_differ_in_an_identifier_only_are_shown_once_and_counted() -> None:
    violations = [replace(VIOLATION, actual=f'200 {{"traceId":"00000000{number:04x}"}}') for number in range(9)]

    text = text_report.render(report_of(failure(*violations)))

    assert text.count("00000000") == 1
    assert "8 more are not shown" in text


def test_texts_that_differ_as_a_whole_are_not_marked() -> None:
    violation = replace(VIOLATION, expected="a refusal", actual="200 success")

    assert "^" not in text_report.render(report_of(failure(violation)))


def test_a_reason_that_several_requirements_share_is_shown_once() -> None:
    undecided = [result_of(Verdict.NOT_RUN, id=f"AUD-{number}", reason="no jobs here") for number in range(3)]

    lines = text_report.render(report_of(*undecided)).split("\n")

    assert lines.count("  reason: no jobs here") == 1
    assert "undecided AUD-0 AUD-1 AUD-2" in lines


def test_a_note_says_that_keys_are_not_shown() -> None:
    assert "note: keys are not shown" in text_report.render(report_of(FAILED))
    assert "note: keys are not shown" not in text_report.render(report_of(result_of(Verdict.PASS)))
