"""The console in a browser, and the requests that a test makes beside it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect

GROUP = "a00000000000000000000001"
READY, POPULATED, JOB = "b00000000000000000000001", "b00000000000000000000002", "c00000000000000000000001"
ALL, READER, REVOKED = "sk_test_all_permissions", "sk_test_read_only", "sk_test_revoked"
CONTROL = "/_mock/sandboxes/default"
TIMEOUT = 20_000  # milliseconds: a browser waits for a busy machine


class Client:
    """A client of the vendor's API, and of the control plane."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, method: str, path: str, key: str = ALL, **options: Any) -> httpx.Response | None:
        """Send a request; return the response, or None if the connection was cut."""
        headers = {"Authorization": f"Bearer {key}", **options.pop("headers", {})}
        with suppress(httpx.TransportError):
            return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=20, **options)
        return None

    def delete_audience(self, audience: str = POPULATED, key: str = ALL) -> httpx.Response | None:
        return self.send("DELETE", f"/v1/accounts/{GROUP}/audiences/{audience}", key)

    def list_accounts(self, key: str = ALL, **headers: str) -> httpx.Response | None:
        return self.send("GET", "/v1/accounts", key, headers=headers)

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to the control plane; return the document of the response."""
        response = httpx.request(method, f"{self.url}{CONTROL}{path}", json=body, timeout=20).raise_for_status()
        return response.json() if response.content else None

    def post(self, path: str, body: object) -> None:
        """Send a document to a path of the server."""
        httpx.post(f"{self.url}{path}", json=body, timeout=20).raise_for_status()


@contextmanager
def console_page(browser: Browser, complaints: list[str], **options: Any) -> Iterator[Page]:
    """Yield a page, whose errors and breaches of its policy are added to the complaints."""
    with browser.new_context(**options) as context:
        context.set_default_timeout(TIMEOUT)
        expect.set_options(timeout=TIMEOUT)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        yield page


def open_panel(page: Page, url: str, *route: str) -> None:
    """Open a panel of the sandbox `default`, and wait until it is shown."""
    page.goto(f"{url}/_mock/#/default/{'/'.join(route)}")
    page.locator("main h1").wait_for()
