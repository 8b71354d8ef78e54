"""The HTML report, in a real Chromium."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from conformance.catalogue.requirements import Level
from conformance.report import html_report
from conformance.report.contents import Contract, Report
from conformance.report.redaction import Redactor
from conformance.results.exchange import Exchange
from conformance.results.timeline import TimelineOperation
from conformance.results.verdicts import RequirementResult, Verdict
from conformance.results.violation import Violation
from tests.harness.sample_report import result_of

CHROMIUM = shutil.which("chromium")
WIDTHS = [390, 1280]
HOSTILE = '</pre><script>document.title = "pwned"</script><img src="http://192.0.2.1/">'
LONG = "z" * 300
EXCHANGE = Exchange(
    number=7,
    method="DELETE",
    url="http://127.0.0.1:8080/v1/accounts/64b7f1c2a9d0e3f4a5b6c7d8/audiences/65c8a2d3b0e1f4a5b6c7d8e9",
    request_headers=(("authorization", "Bearer ak_1"), ("x-long", "x" * 300)),
    request_body=None,
    status=200,
    no_response=None,
    response_headers=(("content-type", "text/html"),),
    response_body=(HOSTILE + "y" * 500).encode(),
    elapsed_ms=4.2,
)


def written(directory: Path, *results: RequirementResult) -> str:
    contract = Contract("Audiences", "1.0.0", "9f2a6c1e77d0")
    about = {"profile": "full", "seed": 20261, "started": "2026-11-23T21:26:17Z", "duration": 23.4}
    report = Report(
        contract, "http://127.0.0.1:8080", results=results, redactor=Redactor({"ak_1": "AUDIENCE_API_KEY"}), **about
    )
    path = directory / "report.html"
    path.write_text(html_report.render(report), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def failing(tmp_path: Path) -> str:
    violation = Violation(
        "AUD-FAIL-MUST", "409 with code AUDIENCE_NOT_READY", f"200 with {HOSTILE}", (EXCHANGE, EXCHANGE)
    )
    failed = [result_of(Verdict.FAIL, level, violation, reason=LONG) for level in Level]
    return written(
        tmp_path, *failed, *[result_of(verdict, Level.MUST, reason=LONG) for verdict in Verdict if verdict != "fail"]
    )


@pytest.fixture
def passing(tmp_path: Path) -> str:
    return written(tmp_path, result_of(Verdict.PASS, reason=LONG), result_of(Verdict.UNEXERCISED, reason=LONG))


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": request.param, "height": 844})
    yield page
    page.close()


def is_scrolled_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def shown(page: Page) -> list[str]:
    return [heading.split(" ")[0] for heading in page.locator("section:visible h2").all_inner_texts()]


def test_a_failing_report_says_on_its_first_screen_what_it_found(failing: str, page: Page) -> None:
    page.goto(failing)

    for text in (
        "does not conform: 1 of 7 MUST",
        "1 of 7 MUST requirements is violated.",
        "http://127.0.0.1:8080",
        "1 stale",
    ):
        box = page.get_by_text(text).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 844
    assert page.locator(".banner li").all_inner_texts() == ["Sentence of AUD-FAIL-MUST."]


def test_a_passing_report_says_so(passing: str, page: Page) -> None:
    page.goto(passing)

    assert page.locator("h1").inner_text() == "Audiences at http://127.0.0.1:8080: conforms"
    assert shown(page) == ["Not", "Passed"]


def test_nothing_is_wider_than_the_screen(failing: str, page: Page) -> None:
    page.goto(failing)

    assert not is_scrolled_sideways(page)
    assert page.evaluate("[...document.querySelectorAll('pre')].filter(one => one.scrollWidth > one.clientWidth)") == []


def test_no_request_leaves_and_nothing_of_the_target_runs(failing: str, page: Page) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(failing)
    page.get_by_role("button", name="fail 3").click()

    assert [one for one in asked if not one.startswith(("file:", "data:"))] == []
    assert complaints == []
    assert page.title() == "Audiences at http://127.0.0.1:8080: does not conform: 1 of 7 MUST"
    assert page.locator("img").count() == 0


def test_a_verdict_can_be_chosen_and_given_up_again(failing: str, page: Page) -> None:
    page.goto(failing)
    everything = shown(page)

    page.get_by_role("button", name="fail 3").click()
    chosen = shown(page)
    page.get_by_role("button", name="all 9").click()

    assert chosen == ["Violated", "Warnings"]
    assert shown(page) == everything
    assert len(everything) == 8


def test_the_way_to_a_violation_is_open_whatever_was_chosen(failing: str, page: Page) -> None:
    page.goto(failing)
    page.get_by_role("button", name="pass 1").click()

    page.get_by_role("link", name="Sentence of AUD-FAIL-MUST.").click()

    assert page.locator("#AUD-FAIL-MUST").is_visible()


def test_without_script_everything_is_there_to_read(failing: str, browser: Browser) -> None:
    plain = browser.new_page(java_script_enabled=False)

    plain.goto(failing)

    assert not plain.locator(".filter").is_visible()
    assert plain.locator("section").count() == plain.locator("section:visible").count() == 8
    assert (plain.locator("pre.curl").first.text_content() or "").startswith("curl -s -i -X DELETE")


def test_the_steps_are_folded_on_a_phone_alone_and_open_at_a_touch(failing: str, page: Page) -> None:
    page.goto(failing)
    is_wide = page.viewport_size is not None and page.viewport_size["width"] > 768

    assert page.locator("details[open]").count() == (page.locator("details").count() if is_wide else 0)
    if not is_wide:
        page.locator("summary").first.click()
    assert page.locator("details pre.curl").first.is_visible()


def test_without_script_the_steps_open_at_a_touch(failing: str, browser: Browser) -> None:
    plain = browser.new_page(java_script_enabled=False)

    plain.goto(failing)
    plain.locator("summary").first.click()

    assert plain.locator("details pre.curl").first.is_visible()
    assert plain.locator("button.copy").count() == 0


def test_a_command_is_copied_by_its_button(failing: str, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(failing)
    button = page.locator("button.copy:visible").first

    button.click()
    page.get_by_role("button", name="Copied").wait_for()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("pre.curl").first.text_content()


def test_a_race_is_drawn_within_the_width_of_the_screen(tmp_path: Path, page: Page) -> None:
    race = tuple(
        TimelineOperation(client, f"client {client}", client / 100, client / 100 + 1, client, client / 100)
        for client in range(1, 20)
    )
    misfit = TimelineOperation(1, HOSTILE, 2.0, 3.0, fits=False)
    violation = Violation("AUD-FAIL-MUST", "an order", "none", (EXCHANGE,), timeline=(*race, misfit))
    page.goto(written(tmp_path, result_of(Verdict.FAIL, Level.MUST, violation)))

    assert not is_scrolled_sideways(page)
    assert page.get_by_role("img", name="Requests of 19 clients").is_visible()
    assert page.locator("rect.wrong").count() == 1
    assert page.locator("circle.effect").count() == 19


def test_on_paper_everything_is_there_whatever_was_chosen(failing: str, page: Page) -> None:
    page.goto(failing)
    page.get_by_role("button", name="pass 1").click()

    page.emulate_media(media="print")

    assert page.locator("section:visible").count() == 8
    assert not page.locator(".filter").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground_by_day_and_by_night(failing: str, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(failing)

    too_faint = page.evaluate(
        """() => {
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map((part) => {
              const c = part / 255;
              return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const ground = (node) => {
            const colour = getComputedStyle(node).backgroundColor;
            return colour !== "rgba(0, 0, 0, 0)" ? colour : ground(node.parentElement);
          };
          return [...document.querySelectorAll("body *")].filter((node) => {
            if (!node.innerText || node.closest("script")) return false;
            const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05) < 4.5;
          }).map((node) => `${node.tagName} ${node.className}`);
        }"""
    )

    assert too_faint == []
