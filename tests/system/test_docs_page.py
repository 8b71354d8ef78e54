"""The page at `/_mock/docs`, in a real Chromium."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page

from mockserver.config import Settings
from tests.harness.in_thread import served

TOKEN = "of-the-administrator"
GROUP, READY, POPULATED = "a00000000000000000000001", "b00000000000000000000001", "b00000000000000000000002"


@pytest.fixture
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Return the complaints of the browser, breaches of the policy of the page among them."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text))
    return found


def choose_contract(page: Page, number: int) -> None:
    page.locator(".topbar select").select_option(index=number)


def tried(page: Page, summary: str) -> Locator:
    """Return the form of an operation, ready to be executed."""
    operation = page.locator(".opblock", has=page.get_by_text(summary, exact=True))
    operation.get_by_text(summary, exact=True).click()
    operation.get_by_role("button", name="Try it out").click()
    return operation


def status(operation: Locator) -> str:
    """Execute an operation; return the status of the response."""
    operation.get_by_role("button", name="Execute").click()
    return operation.locator(".live-responses-table tr.response .response-col_status").inner_text()


def authorize(page: Page, secret: str) -> None:
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(secret)
    page.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").click()


@pytest.mark.parametrize("width", [390, 1280])
def test_both_contracts_are_shown_and_no_request_leaves_the_machine(
    url: str, page: Page, complaints: list[str], width: int
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": width, "height": 900})

    page.goto(f"{url}/_mock/docs")
    tried(page, "Delete an audience")
    widths = [page.evaluate("document.documentElement.scrollWidth")]
    choose_contract(page, 1)
    page.get_by_text("/_mock/sandboxes", exact=True).first.wait_for()
    widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [width, width]
    assert complaints == []
    assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []


@pytest.mark.parametrize("width", [390, 1280])
def test_an_operation_is_tried_out_with_nothing_typed(url: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{url}/_mock/docs")

    operation = tried(page, "Delete an audience")

    fields = operation.locator(".parameters input")
    assert [field.input_value() for field in fields.all()] == [GROUP, READY]
    assert all(field.bounding_box()["width"] > 250 for field in fields.all())  # type: ignore[index]  # they are visible
    assert status(operation) == "200"


def test_an_audience_that_is_being_populated_may_be_chosen(url: str, page: Page) -> None:
    page.goto(f"{url}/_mock/docs")
    operation = tried(page, "Delete an audience")

    operation.get_by_role("combobox").nth(1).select_option(label=f"{POPULATED}: Founders in Berlin, being populated")

    assert status(operation) == "409"


def test_an_operation_of_the_control_plane_is_tried_out_with_nothing_typed(url: str, page: Page) -> None:
    page.goto(f"{url}/_mock/docs")
    choose_contract(page, 1)

    assert status(tried(page, "Look at a job")) == "200"


def test_opening_the_page_leaves_no_trace_in_the_journal(url: str, page: Page) -> None:
    page.goto(f"{url}/_mock/docs")
    tried(page, "Delete an audience")

    assert httpx.get(f"{url}/_mock/sandboxes/default/journal").json()["held"] == 0


def test_a_key_that_was_entered_is_kept(url: str, page: Page) -> None:
    page.goto(f"{url}/_mock/docs")
    page.get_by_role("button", name="Authorize").click()
    page.get_by_role("button", name="Remove authorization").click()
    page.locator(".auth-container input").fill("sk_test_read_only")
    page.get_by_role("button", name="Apply credentials").click()
    page.reload()

    assert status(tried(page, "Delete an audience")) == "403"


def test_the_page_is_readable_without_the_token_and_fills_its_forms_with_it(page: Page) -> None:
    with served(Settings(admin_token=TOKEN)) as (url, _):
        page.goto(f"{url}/_mock/docs")
        operation = tried(page, "Delete an audience")
        assert "Heads of sales" not in operation.inner_text()
        assert status(operation) == "401"
        choose_contract(page, 1)
        assert status(tried(page, "List the sandboxes")) == "401"

        authorize(page, TOKEN)
        choose_contract(page, 0)
        page.reload()

        operation = tried(page, "Delete an audience")
        assert "Heads of sales" in operation.inner_text()
        assert status(operation) == "200"


def test_the_token_fills_the_forms_that_are_shown(page: Page) -> None:
    with served(Settings(admin_token=TOKEN)) as (url, _):
        page.goto(f"{url}/_mock/docs?urls.primaryName=Control%20plane%3A%20%2F_mock")

        with page.expect_response("**/_mock/sandboxes/default/jobs"):
            authorize(page, TOKEN)
            page.get_by_text("List the sandboxes", exact=True).wait_for()

        assert status(tried(page, "Look at a job")) == "200"
