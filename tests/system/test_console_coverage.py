"""The coverage in the console, and as a page of its own, in a real Chromium."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World
from tests.system.axe import Axe
from tests.system.console_pages import console_page

PAGE = "https://app.sonarly.io/docs/api/audiences/audiences-delete"
MARKUP = "<script>alert(1)</script>"
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[int, Scheme]] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as made:
        yield made


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    with console_page(browser, complaints) as page:
        yield page


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(tmp_path_factory.mktemp("axe"))


def make(client: httpx.Client, run: str = "") -> World:
    made = client.post("/_mock/sandboxes", json={"run": run}).raise_for_status().json()
    return World(client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])


def refused_by_guard(world: World) -> None:
    audience, _ = world.populated()
    assert world.call("DELETE", f"/audiences/{audience}").status_code == 409


def open_coverage(page: Page, world: World) -> None:
    page.goto(f"{world.client.base_url}/_mock/#/{world.sandbox}/coverage")
    page.locator("main:not([aria-busy]) > h1").wait_for()


def test_the_panel_shows_what_was_met_and_what_never(client: httpx.Client, page: Page, complaints: list[str]) -> None:
    world = make(client)
    refused_by_guard(world)

    open_coverage(page, world)

    expect(page.get_by_text("1 of 13 documented responses and situations")).to_be_visible()
    row = page.get_by_role("row", name="deleteAudience 409")
    expect(row.get_by_role("cell").last).to_have_text("1")
    expect(page.get_by_role("row", name="deleteAudience 404").get_by_role("cell").last).to_have_text("never")
    guard = page.get_by_role("article").filter(has=page.get_by_role("heading", name="guard"))
    expect(guard).to_contain_text("Met: 1. Handled well: never. Findings: 0.")
    expect(guard.get_by_role("link", name="documentation")).to_have_attribute("href", PAGE)
    assert complaints == []


def test_the_panel_follows_the_client(client: httpx.Client, page: Page) -> None:
    world = make(client)
    open_coverage(page, world)
    expect(page.get_by_text("No operation was requested so far.")).to_be_visible()

    world.call("GET", "/audiences")

    expect(page.get_by_role("row", name="listAudiences 200").get_by_role("cell").last).to_have_text("1")


def test_a_gap_leads_to_the_panel_that_helps_to_meet_it(client: httpx.Client, page: Page) -> None:
    world = make(client)
    world.call("GET", "/audiences")
    open_coverage(page, world)

    page.get_by_role("listitem").filter(has_text="listAudiences:").get_by_role("link", name="Set a limit").click()

    expect(page.get_by_role("heading", name="Limits", level=1)).to_be_visible()


def test_the_coverage_of_all_and_of_a_run_can_be_chosen_and_begun_anew(client: httpx.Client, page: Page) -> None:
    world, other = make(client), make(client, run=MARKUP)
    world.call("GET", "/audiences")
    other.call("GET", "/audiences/navigation")
    open_coverage(page, world)

    page.get_by_label("Coverage of").select_option("all")
    expect(page.get_by_role("row", name="getAudienceNavigation 200")).to_be_visible()
    page.get_by_label("Coverage of").select_option("run")
    page.get_by_label("Name of the run").fill(MARKUP)
    page.get_by_label("Name of the run").press("Enter")
    expect(page.get_by_role("row", name="listAudiences 200")).to_have_count(0)
    expect(page.get_by_role("row", name="getAudienceNavigation 200")).to_be_visible()

    page.get_by_role("button", name="Begin anew: the coverage").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin anew").click()

    expect(page.get_by_text("No operation was requested so far.")).to_be_visible()
    kept = client.get("/_mock/coverage").json()["operations"]
    assert [item["operation"] for item in kept if item["requests"]] == ["listAudiences"]


def test_a_server_without_journals_says_that_there_is_no_coverage(page: Page) -> None:
    with served(Settings(journal_limit=0)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        open_coverage(page, make(client))

        expect(page.get_by_text("There is no coverage: the server keeps no journal")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_grave_on_the_page_of_its_own(
    client: httpx.Client, browser: Browser, axe: Axe, look: tuple[int, Scheme], tmp_path: Path
) -> None:
    width, scheme = look
    refused_by_guard(make(client, run=MARKUP))
    kept = tmp_path / "coverage.html"
    kept.write_text(client.get("/_mock/coverage.html", params={"run": MARKUP}).text)

    with browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme) as context:
        page = context.new_page()
        for address in (
            f"{client.base_url}/_mock/coverage.html",
            f"{client.base_url}/_mock/coverage.html?run=x",
            kept.as_uri(),
        ):
            page.goto(str(address))
            assert axe.complaints(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Coverage of {MARKUP}")
        expect(page.get_by_text("deleteAudience: 200, 400, 401, 403, 404, 429, 500 never met")).to_be_visible()
