"""Requests of pages whose connection a fault resets, in real browsers, which send them again by themselves."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from mockserver.config import Settings
from tests.harness.fault_client import add_fault, fault_counts
from tests.harness.in_thread import served
from tests.harness.journal_reader import exchanges
from tests.harness.sandbox_client import World
from tests.system.firefox_pages import Firefox, FirefoxPage

AnyPage = Page | FirefoxPage

FETCH = """async ([method, url, key]) => {
  const response = await fetch(url, {method, headers: {Authorization: `Bearer ${key}`}});
  return response.status;
}"""
XHR = """([method, url, key]) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open(method, url);
  request.setRequestHeader("Authorization", `Bearer ${key}`);
  request.onload = () => resolve(request.status);
  request.onerror = () => reject(new Error("network error"));
  request.send();
})"""
OUTCOME = "async ([send, ...request]) => { try { return await eval(send)(request); } catch { return null; } }"
KINDS = ["reset-before", "reset-after"]
SAME, ANOTHER, AFTER_OTHERS = "same-origin", "another-origin", "after-other-requests"


@pytest.fixture(params=["Chromium", "Firefox"])
def page(request: pytest.FixtureRequest) -> Iterator[AnyPage]:
    """A page with connections of its own."""
    if request.param == "Chromium":
        browser: Browser = request.getfixturevalue("browser")
        with browser.new_context() as context:
            yield context.new_page()
    else:
        firefox: Firefox = request.getfixturevalue("firefox")
        opened = firefox.new_page()
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture
def world(client: httpx.Client) -> World:
    return World.make(client)


class View:
    """The API as a page uses it."""

    def __init__(self, page: AnyPage, world: World, send: str = FETCH) -> None:
        self.page = page
        self.world = world
        self.send = send

    def sees(self, method: str, path: str) -> int | None:
        """Return the status of a response; None for a network error."""
        url = f"{self.world.client.base_url}/v1/accounts/{self.world.group}{path}"
        seen: int | None = self.page.evaluate(OUTCOME, [self.send, method, url, self.world.key])
        return seen


def acted_on(world: World) -> list[dict[str, Any]]:
    """Return the exchanges that a fault acted on, oldest first."""
    return [exchange for exchange in exchanges(world) if exchange["faults"]]


@pytest.fixture(params=[SAME, ANOTHER, AFTER_OTHERS])
def url_of_page(request: pytest.FixtureRequest, front_end: int, world: World) -> str:
    """The address of a page of the same origin, of another, and of one that has used its connections before."""
    situation: str = request.param
    return f"{world.client.base_url}/v1/nothing" if situation == SAME else f"http://localhost:{front_end}/#{situation}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("send", [FETCH, XHR], ids=["fetch", "XMLHttpRequest"])
def test_a_page_sees_a_network_error_although_the_browser_sends_the_request_again(
    page: AnyPage, url_of_page: str, world: World, kind: str, send: str
) -> None:
    page.goto(url_of_page)
    view, audience = View(page, world, send), world.ready()
    if AFTER_OTHERS in url_of_page:
        assert [view.sees("GET", path) for path in ("/audiences", "/audiences/navigation")] == [200, 200]
    add_fault(world, kind=kind, operation="deleteAudience", times=1)

    assert view.sees("DELETE", f"/audiences/{audience}") is None

    first, *others = acted_on(world)
    assert (first["resent"], {other["resent"] for other in others}) == (False, {True})
    assert fault_counts(world) == [(1, 1, 0)]
    assert (audience in world.listed()) is (kind == "reset-before")
    assert world.control("POST", "/verify")["findings"] == []


def test_a_page_that_reads_first_may_try_again_at_once(page: AnyPage, front_end: int, world: World) -> None:
    page.goto(f"http://localhost:{front_end}/")
    view, audience = View(page, world), world.ready()
    add_fault(world, kind="reset-before", operation="deleteAudience", times=1)
    path = f"/audiences/{audience}"

    seen = [view.sees(method, path) for method in ("DELETE", "GET", "DELETE", "GET")]

    assert seen == [None, 200, 200, 404]
    assert world.control("POST", "/verify")["findings"] == []


def test_a_page_that_repeats_the_request_blindly_is_found(page: AnyPage, front_end: int, world: World) -> None:
    page.goto(f"http://localhost:{front_end}/")
    view, audience = View(page, world), world.ready()
    add_fault(world, preset="lost-reply", operation="deleteAudience")

    assert [view.sees("DELETE", f"/audiences/{audience}") for _ in range(2)] == [None, 404]

    assert [finding["rule"] for finding in world.control("GET", "/findings")["findings"]] == ["CLIENT-RETRY-UNREAD"]


def test_without_the_time_for_it_the_browser_hides_the_lost_reply(page: AnyPage, front_end: int, world: World) -> None:
    page.goto(f"http://localhost:{front_end}/")
    view, audience = View(page, world), world.ready()
    add_fault(world, preset="lost-reply", operation="deleteAudience", resendMs=0)

    assert view.sees("DELETE", f"/audiences/{audience}") == 404
