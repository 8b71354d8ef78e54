"""The console in a browser, with the control plane of the sandbox that it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

HOSTILE = "<img src=x onerror=document.title='taken'>'\"`${7*7}`"
GROUP, AUDIENCE = "a0000000000000000000000c", "b0000000000000000000000c"
SEED = {
    "keys": [
        {"key": "sk_test_of_controls", "name": "mine", "accountGroupIds": [GROUP]},
        {"key": "sk_test_of_hostile", "name": HOSTILE, "accountGroupIds": [GROUP]},
    ],
    "accountGroups": [{"id": GROUP, "name": "Acme", "audiences": [{"id": AUDIENCE, "name": "Founders"}]}],
}
_KEY = {"Authorization": "Bearer sk_test_of_controls"}


@dataclass
class Console:
    """The console in a browser, and the control plane of the same sandbox."""

    page: Page
    plane: httpx.Client
    vendor: httpx.Client
    sandbox: str

    def open(self, panel: str) -> Locator:
        """Show a panel; return it."""
        self.page.goto(f"{self.plane.base_url.copy_with(path='/_mock/')}#/{self.sandbox}/{panel}")
        shown = self.page.get_by_role("main")
        shown.get_by_role("heading", level=2).locator("visible=true").first.wait_for()
        return shown

    def press(self, button: str, notice: str) -> None:
        """Press a button, and wait for the notice."""
        self.page.get_by_role("main").get_by_role("button", name=button, exact=True).locator("visible=true").click()
        self.noticed(notice)

    def noticed(self, text: str) -> None:
        expect(self.page.locator("#notices").get_by_text(text).last).to_be_visible()

    def read(self, path: str) -> Any:
        return self.plane.get(path).raise_for_status().json()

    def faults(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.read("faults")["faults"]
        return found


@contextmanager
def console_of(url: str, browser: Browser) -> Iterator[Console]:
    """Make a sandbox of hostile names, and a page for it."""
    sandbox = httpx.post(f"{url}/_mock/sandboxes", json={"name": HOSTILE, "seed": SEED}).raise_for_status().json()["id"]
    root = f"{url}/_mock/sandboxes/{sandbox}"
    with (
        browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context,
        httpx.Client(base_url=f"{root}/") as plane,
        httpx.Client(base_url=f"{url}/v1/accounts/{GROUP}/", headers=_KEY) as vendor,
    ):
        context.set_default_timeout(10_000)
        yield Console(context.new_page(), plane, vendor, sandbox)
    httpx.delete(root)


def fill(shown: Locator, values: dict[str, str]) -> None:
    """Fill fields in by their labels; an option is named by its text or the start of it."""
    for label, value in values.items():
        field = shown.get_by_label(label, exact=True)
        if field.evaluate("node => node.tagName") == "SELECT":
            texts = field.locator("option").all_inner_texts()
            field.select_option(index=next(place for place, text in enumerate(texts) if text.startswith(value)))
        else:
            field.fill(value)
