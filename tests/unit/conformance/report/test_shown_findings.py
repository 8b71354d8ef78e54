"""The text on a violation in every report: the failing checks, the command to check it again, the order of a race."""

import re
import shlex
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from conformance.report import html_report, json_report, junit_report, markdown_report, text_report
from conformance.report.timeline_svg import render as drawn
from conformance.results.timeline import TimelineOperation
from tests.harness.sample_report import HOSTILE, VIOLATION, Render, failure, hostile_report, report_of

RACE = (
    TimelineOperation(1, "deleteAudience …d8e9 → 200", 0.0, 0.01, place=1, effect=0.0),
    TimelineOperation(2, "updateAudience …d8e9 → 200", 0.001, 0.02, place=2, effect=0.001),
    TimelineOperation(3, "getAudience …d8e9 → 200", 0.03, None, fits=False),
)
NAMES = ("check_guard[queued-completed]", "check_guard[running-failed]")
FAILED = failure(*(replace(VIOLATION, check=name, timeline=RACE) for name in NAMES))
COMMAND = "audience-conformance run --base-url http://target:8080 --profile full"
every_report = pytest.mark.parametrize(
    "render",
    [html_report.render, json_report.render, junit_report.render, markdown_report.render, text_report.render],
)


@every_report
def test_the_failing_checks_stand_with_their_parameters(render: Render) -> None:
    text = render(report_of(FAILED))

    assert all(name in text for name in NAMES)


@every_report
def test_the_command_that_checks_it_again_stands_with_the_seed_and_the_checks(render: Render) -> None:
    text = render(report_of(FAILED, command=COMMAND))

    assert f"{COMMAND} --seed 20261 -k" in text
    assert "check_guard[queued-completed] or check_guard[running-failed]" in text


@every_report
def test_the_longest_order_and_what_fits_nowhere_are_shown(render: Render) -> None:
    text = render(report_of(FAILED)).replace("\\u2026", "…").replace("\\u2192", "→")
    text = re.sub(r"\\(.)|<!-- -->", r"\1", text)

    assert text.index("deleteAudience …d8e9 → 200") < text.index("getAudience …d8e9 → 200")
    assert "fits nowhere: client 3" in text or '"fits": false' in text


@every_report
def test_the_versions_and_the_date_are_told(render: Render) -> None:
    text = render(report_of(FAILED, suite_version="8.7.6"))

    assert "8.7.6" in text
    assert "2026-11-23T21:26:17Z" in text
    assert "9f2a6c1e77d0" in text


def test_checks_whose_names_no_expression_may_contain_are_named_without_parameters() -> None:
    odd = failure(replace(VIOLATION, check="check_names[a b]"), replace(VIOLATION, check="check_names[c]"))
    many = failure(*(replace(VIOLATION, check=f"check_names[{number}]") for number in range(9)))

    assert shlex.split(report_of(odd, command=COMMAND).rerun(odd))[-2:] == ["-k", "check_names"]
    assert shlex.split(report_of(many, command=COMMAND).rerun(many))[-2:] == ["-k", "check_names"]
    assert report_of(failure(VIOLATION), command=COMMAND).rerun(failure(VIOLATION)) == ""


def test_the_title_of_the_page_says_what_does_not_conform_and_how_far() -> None:
    page = html_report.render(report_of(FAILED))

    assert "<title>Audiences at http://target:8080: does not conform: 1 of 1 MUST</title>" in page
    assert "<h1>Audiences at http://target:8080: does not conform: 1 of 1 MUST</h1>" in page


def test_a_drawing_has_a_lane_for_each_client_and_the_misfit_apart() -> None:
    figure = drawn(RACE, "AUD-1")
    svg = ET.fromstring(re.search(r"<svg.*</svg>", figure).group())  # type: ignore[union-attr]  # noqa: S314  (ours)

    assert [one.text for one in svg.iter("text") if one.get("class") == "who"] == ["client 1", "client 2", "client 3"]
    assert len(list(svg.iter("circle"))) == 2
    assert [one.get("class") for one in svg.iter("rect")] == ["bar", "bar", "bar wrong"]
    assert svg.get("aria-labelledby") == "AUD-1-title AUD-1-desc"
    assert {one.get("id") for one in svg.iter()} >= {"AUD-1-title", "AUD-1-desc"}
    places = {one.text: int(one.get("x", "")) for one in svg.iter("text") if one.get("class") == "place"}
    assert places["1"] < places["2"]
    assert drawn((), "AUD-1") == ""


def test_a_drawing_has_no_style_and_no_markup_of_the_target() -> None:
    figure = drawn((replace(RACE[0], label=HOSTILE), RACE[2]), "AUD-1")

    assert "<script" not in figure
    assert "style=" not in figure
    assert "style=" not in html_report.render(hostile_report()).replace("<style>", "")
