import re
from dataclasses import replace

import pytest

from conformance.report import html_report, json_report, junit_report, markdown_report, text_report
from conformance.results.exchange import Exchange
from conformance.results.verdicts import Verdict
from conformance.results.violation import Violation
from tests.harness.sample_report import (
    EVERYTHING,
    FAILED,
    KEY,
    SOURCE,
    URL,
    VIOLATION,
    Render,
    failure,
    hostile_report,
    report_of,
    result_of,
)

RENDERERS = [html_report.render, json_report.render, junit_report.render, markdown_report.render, text_report.render]

every_report = pytest.mark.parametrize("render", RENDERERS, ids=lambda render: render.__module__)


@every_report
def test_a_violation_is_shown_in_full(render: Render) -> None:
    text = render(report_of(FAILED))

    assert FAILED.requirement.id in text
    assert "MUST" in text
    assert FAILED.requirement.text in text
    assert SOURCE in text
    assert re.search(r"curl -s -i -X DELETE -H \\?(\"|&quot;)authorization: Bearer \$AUDIENCE_API_KEY", text)
    assert URL in text
    assert "nonconformant" in text or "does not conform: 1 of 1 MUST" in text


@pytest.mark.parametrize(
    "render", [html_report.render, junit_report.render, markdown_report.render, text_report.render]
)
def test_reports_for_people_show_expected_and_actual_and_the_frequency(render: Render) -> None:
    text = re.sub("</?mark>", "", render(report_of(FAILED)))

    assert VIOLATION.expected in text
    assert VIOLATION.actual in text
    assert "violated in 1 of 90 checks" in text


@pytest.mark.parametrize(
    "render", [html_report.render, junit_report.render, markdown_report.render, text_report.render]
)
def test_reports_for_people_show_the_remark_on_a_violation(render: Render) -> None:
    assert "the states URL may be wrong" in render(
        report_of(failure(replace(VIOLATION, remark="the states URL may be wrong")))
    )


@every_report
def test_every_verdict_at_every_level_can_be_reported(render: Render) -> None:
    assert "AUD-ERROR-MAY" in render(report_of(*EVERYTHING))


@every_report
def test_an_undecided_requirement_has_its_reason(render: Render) -> None:
    assert "reason of AUD-NOT-RUN-MUST" in render(report_of(result_of(Verdict.NOT_RUN)))


@every_report
def test_a_run_has_its_target_its_seed_and_its_notes(render: Render) -> None:
    text = render(report_of(result_of(Verdict.PASS), notes=("a folder stays behind",)))

    assert "http://target:8080" in text
    assert "20261" in text
    assert "a folder stays behind" in text


@every_report
def test_no_secret_is_shown_anywhere(render: Render) -> None:
    everywhere = Exchange(
        number=1,
        method="POST",
        url=f"{URL}?key=ak_live%2b5f2c&again={KEY}",
        request_headers=(("authorization", f"Bearer {KEY}"), ("x-miss", f"{KEY}x")),
        request_body=f'{{"key": "{KEY}"}}'.encode(),
        status=200,
        no_response=None,
        response_headers=(("content-type", KEY), ("x-echo", KEY.upper())),
        response_body=f'{{"key": "{KEY}", "again": "ak_live\\u002B5f2c"}}'.encode(),
        elapsed_ms=1,
    )
    lost = replace(everywhere, status=None, no_response=f"refused {KEY}")
    violation = Violation("AUD-DELETE-GUARD", f"no {KEY}", f"a {KEY}", (everywhere, lost))
    error = result_of(Verdict.ERROR, reason=f"KeyError({KEY!r})")

    text = render(report_of(failure(violation), error, base_url=f"http://{KEY}@t", notes=(KEY,)))

    assert "$AUDIENCE_API_KEY" in text
    assert "$AUDIENCE_NEAR_MISS" in text
    assert "5f2c" not in text.lower()


@every_report
def test_a_selection_is_shown_without_secrets(render: Render) -> None:
    assert "5f2c" not in render(report_of(result_of(Verdict.PASS), selection=KEY))


@every_report
def test_control_characters_of_a_target_are_escaped(render: Render) -> None:
    assert re.findall(r"[^\n\x20-\x7e·→“”…—]", render(hostile_report())) == []


def test_a_target_cannot_forge_a_line_at_a_terminal() -> None:
    lines = text_report.render(hostile_report()).split("\n")

    assert [line for line in lines if line.startswith("verdict")] == [lines[-2]]
    assert lines[-2].startswith("verdict   nonconformant")
