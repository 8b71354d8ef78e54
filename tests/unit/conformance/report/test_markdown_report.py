import re
from dataclasses import replace

from conformance.catalogue.requirements import Level
from conformance.report import markdown_report
from conformance.results.verdicts import Verdict
from tests.harness.sample_report import EXCHANGE, FAILED, VIOLATION, failure, hostile_report, report_of, result_of


def test_code_of_a_target_does_not_end_its_fence() -> None:
    text = markdown_report.render(hostile_report())

    assert "\n`````diff\n" in text
    assert "\n`````sh\n" in text
    assert [fence for fence in re.findall("^`{3,}", text, re.MULTILINE) if fence not in ("````", "`````")] == []


def test_a_target_mentions_nobody_outside_of_code() -> None:
    text = re.sub(r"(?ms)^(`{3,})\w*$.*?^\1$", "", markdown_report.render(hostile_report()))
    prose = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text)

    assert "@all" not in prose
    assert "@<!-- -->all" in prose
    assert "<script" not in prose.replace(r"\<script", "")


def test_a_long_report_is_cut_with_a_note_and_keeps_the_deciding_entries() -> None:
    violation = replace(VIOLATION, exchanges=(replace(EXCHANGE, response_body=b"x" * 9_000),))
    failed = [failure(violation, id=f"AUD-{number}") for number in range(400)]

    text = markdown_report.render(report_of(*[result_of(Verdict.NOT_RUN, Level.MAY)] * 50, *failed))

    shown = len(re.findall("^#### ", text, re.MULTILINE))
    assert 50_000 < len(text) <= 60_000
    assert shown > 20
    assert f"{450 - shown} more" in text[-200:]
    assert text.count("```") % 2 == 0


def test_a_short_report_is_not_cut() -> None:
    assert "did not fit" not in markdown_report.render(report_of(FAILED))
