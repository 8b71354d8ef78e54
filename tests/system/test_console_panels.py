"""The panels of the console: axe finds nothing grave on any, and a world of hostile names shows as texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.axe import Axe
from tests.system.console_pages import GROUP, READER, Client, console_page, open_panel

PANELS = [
    "audiences",
    "jobs",
    "keys",
    "journal",
    "findings",
    "coverage",
    "clock",
    "limits",
    "faults",
    "states",
    "sandboxes",
]
REFUSED = ["journal", "1"]
Scheme = Literal["dark", "light"]
LOOKS = [(width, scheme) for width in (390, 1280) for scheme in ("dark", "light")]
MARKUP = "<img src=x onerror=document.title='taken'><script>document.title='taken'</script></td></select>"
BIDI = "\u202e\u2066\u200f"
HOSTILE = f"{MARKUP}{BIDI}'\"`${{7*7}}\\"
HOSTILE += "long" * ((1_000 - len(HOSTILE)) // 4)
TOKEN = "sk_<img/src=x/onerror=document.title='taken'>\"`${7*7}\\" + "k" * 140
READY, POPULATED = "b0000000000000000000000a", "b0000000000000000000000b"
WORLD = {
    "keys": [{"key": TOKEN, "name": HOSTILE, "accountGroupIds": [GROUP], "limit": "1000/s"}],
    "accountGroups": [
        {
            "id": GROUP,
            "name": HOSTILE,
            "folders": [{"id": "f0000000000000000000000a", "name": HOSTILE, "audienceType": "on_demand"}],
            "audiences": [
                {"id": READY, "name": HOSTILE, "description": HOSTILE, "folderId": "f0000000000000000000000a"},
                {"id": POPULATED, "name": HOSTILE, "job": {"pace": "manual", "status": "running"}},
            ],
        }
    ],
}


@pytest.fixture
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def complaints() -> list[str]:
    return []


@contextmanager
def looked_at(browser: Browser, complaints: list[str], width: int, scheme: Scheme) -> Iterator[Page]:
    """Yield a page of a width, dark or light."""
    viewport = {"width": width, "height": 800}
    look: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, "reduced_motion": "reduce"}
    with console_page(browser, complaints, **look) as page:
        yield page


def loaded(page: Page) -> None:
    """Wait until the panel has read what it shows."""
    page.locator("main:not([aria-busy]) > h1").wait_for()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_grave_on_any_panel(
    browser: Browser, axe: Axe, complaints: list[str], width: int, scheme: Scheme
) -> None:
    with served(Settings()) as (url, _), looked_at(browser, complaints, width, scheme) as page:
        client = Client(url)
        for _ in range(3):
            client.delete_audience()
        client.delete_audience(key=READER)
        client.control("PUT", "/limits", {"rate": "60/m"})
        client.control("PUT", "/snapshots/before")
        client.control("POST", "/faults", {"kind": "delay", "delayMs": 1})

        for route in [*([panel] for panel in PANELS), REFUSED]:
            open_panel(page, url, *route)
            loaded(page)
            page.locator("main details").evaluate_all("all => all.slice(0, 3).forEach((one) => { one.open = true; })")
            assert axe.complaints(page) == [], route
        open_panel(page, url, "audiences")
        for name in ("Rename: Heads of sales", "Start a job: Heads", "Delete: Heads of sales", "Commands: Heads"):
            page.get_by_role("button", name=name).click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert axe.complaints(page) == [], name
            page.keyboard.press("Escape")
        page.get_by_role("button", name="Delete: Founders").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.locator(".notice.problem")).to_be_visible()
        assert axe.complaints(page) == []


def hostile_sandbox(url: str) -> str:
    """Make a sandbox in which all that a client or a target names is hostile; return its id."""
    made = httpx.post(f"{url}/_mock/sandboxes", json={"name": HOSTILE, "seed": WORLD}).raise_for_status().json()["id"]
    plane = f"{url}/_mock/sandboxes/{made}"
    httpx.post(f"{plane}/faults", json={"kind": "delay", "delayMs": 1, "key": TOKEN}).raise_for_status()
    httpx.put(f"{plane}/snapshots/before").raise_for_status()
    vendor, headers = f"{url}/v1/accounts/{GROUP}", {"Authorization": f"Bearer {TOKEN}", "Prefer": MARKUP}
    for _ in range(3):
        httpx.delete(f"{vendor}/audiences/{POPULATED}", headers=headers)
    httpx.post(f"{vendor}/audiences", headers=headers, json={"name": HOSTILE, "type": "on_demand", HOSTILE: HOSTILE})
    httpx.get(f"{vendor}/{HOSTILE}", headers=headers, params={HOSTILE: HOSTILE})
    httpx.get(f"{vendor}/audiences/{READY}", headers=headers).raise_for_status()
    return str(made)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_world_of_hostile_names_shows_as_texts_on_every_panel(
    url: str, browser: Browser, complaints: list[str], width: int
) -> None:
    sandbox = hostile_sandbox(url)
    with looked_at(browser, complaints, width, "light") as page:
        for panel in [*PANELS, *(f"journal/{number}" for number in range(1, 7))]:
            page.goto(f"{url}/_mock/#/{sandbox}/{panel}")
            loaded(page)
            expect_texts(page, width, panel)
        assert complaints == []


def expect_texts(page: Page, width: int, place: str) -> None:
    """Check that no name is an element or turns the direction of others, and that the page does not scroll sideways."""
    assert page.locator("body img, body script").count() == 0, place
    assert "taken" not in page.title(), place
    assert not set(BIDI) & set(page.locator("main").inner_text()), place
    assert page.evaluate("document.documentElement.scrollWidth") <= width, place


@pytest.mark.parametrize("width", [390, 1280])
def test_a_dialog_and_its_notice_show_hostile_names_as_texts(
    url: str, browser: Browser, complaints: list[str], width: int
) -> None:
    sandbox = hostile_sandbox(url)
    with looked_at(browser, complaints, width, "dark") as page:
        for panel, labels in {
            "audiences": ["Rename", "Move", "Delete", "Commands"],
            "jobs": ["End as", "Commands"],
            "keys": ["Permissions", "Limit", "Delete", "Commands"],
            "faults": ["Commands"],
            "sandboxes": ["Fork", "Reset", "Delete", "Restore"],
        }.items():
            page.goto(f"{url}/_mock/#/{sandbox}/{panel}")
            loaded(page)
            for label in labels:
                page.locator("tr").get_by_role("button", name=f"{label}: ").last.click()
                dialog = page.get_by_role("dialog")
                expect(dialog).to_be_visible()
                expect_texts(page, width, label)
                assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth"), (panel, label)
                page.keyboard.press("Escape")
        page.goto(f"{url}/_mock/#/{sandbox}/audiences")
        for subject in (READY, POPULATED):
            page.get_by_role("button", name="Delete:").and_(page.locator(f"[aria-label*='{subject}']")).click()
            page.get_by_role("dialog").get_by_role("button", name="Delete").click()
            expect(page.locator(".notice").last).to_be_visible()
            expect_texts(page, width, "notice")
        assert page.locator("#notices").evaluate("node => node.getBoundingClientRect().left") >= 0
        assert [text for text in complaints if "409 (Conflict)" not in text] == []


def test_the_values_of_a_state_show_as_texts(url: str, browser: Browser, complaints: list[str]) -> None:
    sandbox = hostile_sandbox(url)
    with looked_at(browser, complaints, 390, "light") as page:
        page.goto(f"{url}/_mock/#/{sandbox}/states")
        loaded(page)
        for state in page.locator("details.state").all():
            state.locator("summary").first.click()
        state = page.locator("details.state", has_text="the API key is revoked").first
        state.get_by_role("button", name="Set it up").click()

        expect(state.get_by_text(TOKEN).first).to_be_visible()

        expect_texts(page, 390, "states")
        state.get_by_role("button", name="Tear down").click()
        expect(page.locator(".notice").last).to_contain_text("Torn down")
        assert complaints == []
