"""The page at `/`, in a real Chromium."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from mockserver.config import Settings
from tests.harness.in_thread import served


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_its_window_and_asks_nobody_else(url: str, browser: Browser, scheme: str, width: int) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(f"{url}/")

    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(255, 255, 255)") is (scheme == "light")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.get_by_role("button", name="Copy").count() == 11
    assert (complaints, [one for one in asked if not one.startswith((url, "data:"))]) == ([], [])
    page.close()


def test_a_key_is_copied(url: str, browser: Browser) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{url}/")

        page.get_by_role("button", name="Copy API key, all permissions").click()

        page.get_by_text("Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "sk_test_all_permissions"
