"""The page at `/_mock/docs`, in a real Chromium."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from mockserver.config import Settings
from tests.harness.in_thread import served

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def test_both_contracts_are_shown_and_no_request_leaves_the_machine(url: str, page: Page) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{url}/_mock/docs")
    page.get_by_text("Delete an audience", exact=True).wait_for()
    page.locator(".topbar select, select#select").first.select_option(index=1)
    page.get_by_text("/_mock/sandboxes", exact=True).first.wait_for()

    assert errors == []
    assert [one for one in asked if not one.startswith((url, "data:", "blob:"))] == []


def test_an_operation_can_be_tried_out_on_the_page(url: str, page: Page) -> None:
    page.goto(f"{url}/_mock/docs")
    page.get_by_text("List accounts").first.click()
    page.get_by_role("button", name="Try it out").click()

    page.get_by_role("button", name="Execute").click()

    page.get_by_text("UNAUTHORIZED").first.wait_for()
