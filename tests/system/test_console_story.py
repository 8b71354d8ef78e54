"""A story in the console: a situation is made, understood, broken, restored, and handed on as a file and a copy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.axe import Axe
from tests.system.path_prefix import PREFIX, under_a_prefix

TOKEN = "of-the-administrator"
GROUP, AUDIENCE = "a0000000000000000000000d", "b0000000000000000000000d"
KEY = "sk_test_of_the_story"
SEED = {
    "keys": [{"key": KEY, "name": "front end", "accountGroupIds": [GROUP]}],
    "accountGroups": [{"id": GROUP, "name": "Acme", "audiences": [{"id": AUDIENCE, "name": "Founders"}]}],
}
ROWS = "tbody tr:not(.spacer)"


@dataclass(frozen=True)
class Telling:
    """The way in which a story is told. `settings` and `prefix`: those of the server; `look`: that of the page."""

    name: str
    look: dict[str, Any]
    settings: Settings
    prefix: str = ""


NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "reduced_motion": "reduce"}
WIDE = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light", "reduced_motion": "reduce"}
TELLINGS = [
    Telling("narrow", NARROW, Settings()),
    Telling("wide", WIDE, Settings()),
    Telling("guarded", WIDE, Settings(admin_token=TOKEN), PREFIX),
]


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> Axe:
    return Axe(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def pictures(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of the pictures: that of the option `--pictures`, or one that is forgotten."""
    folder = Path(request.config.getoption("--pictures", default=None) or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass
class Story:
    """The page of a story, the application beside it, and what is looked at on the way."""

    page: Page
    url: str
    telling: Telling
    pictures: Path
    axe: Axe

    def panel(self, title: str) -> Locator:
        """Follow the link to a panel; return the panel once it is read."""
        self.page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
        self.page.locator("main:not([aria-busy]) > h1", has_text=title).wait_for()
        return self.page.get_by_role("main")

    def press(self, label: str, dialog: str | None = None) -> None:
        """Press a button, and in the dialog, if one comes up, the button of this name."""
        self.page.get_by_role("main").get_by_role("button", name=label).locator("visible=true").first.click()
        if dialog is not None:
            self.page.get_by_role("dialog").get_by_role("button", name=dialog, exact=True).click()

    def notice(self, text: str) -> None:
        """Wait for a notice, and close all."""
        expect(self.page.locator("#notices .notice p", has_text=text)).to_have_count(1)
        self.page.locator("#notices").evaluate("region => region.replaceChildren()")

    def row(self, text: str) -> Locator:
        return self.page.locator(ROWS, has_text=text)

    def look(self, name: str, top: str = "body") -> None:
        """Take a picture from an element on; nothing grave is found on the page, and it does not scroll sideways."""
        self.page.locator(top).first.evaluate("node => node.scrollIntoView()")
        width = self.telling.look["viewport"]["width"]
        self.page.screenshot(path=self.pictures / f"{name}-{self.telling.name}.png")
        assert self.page.evaluate("document.documentElement.scrollWidth") == width, name
        assert self.axe.complaints(self.page) == [], name

    def application(self, method: str, path: str, body: object = None) -> httpx.Response | None:
        """Send a request as the application does; return None if the reply is lost."""
        url, headers = f"{self.url}/v1/accounts/{GROUP}{path}", {"Authorization": f"Bearer {KEY}"}
        with suppress(httpx.TransportError):
            return httpx.request(method, url, headers=headers, json=body, timeout=20)
        return None


@contextmanager
def told(telling: Telling, browser: Browser, pictures: Path, axe: Axe) -> Iterator[Story]:
    """Open the console of a fresh server, with the admin token if it wants one."""
    build = {"build": under_a_prefix} if telling.prefix else {}
    with (
        served(telling.settings, **build) as (url, _),  # type: ignore[arg-type]  # there is one option
        browser.new_context(accept_downloads=True, **telling.look) as context,
    ):
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"{url}{telling.prefix}/_mock/")
        if telling.settings.admin_token:
            page.get_by_role("textbox", name="Admin token").fill(TOKEN)
            page.get_by_role("dialog").get_by_role("button", name="Use it").click()
        expect(page.locator("#status")).to_have_text("Live")
        yield Story(page, f"{url}{telling.prefix}", telling, pictures, axe)


@pytest.mark.parametrize("telling", TELLINGS, ids=lambda telling: telling.name)
def test_a_situation_is_made_understood_restored_and_handed_on(
    browser: Browser, axe: Axe, pictures: Path, tmp_path: Path, telling: Telling
) -> None:
    with told(telling, browser, pictures, axe) as story:
        asked: list[str] = []
        story.page.on("request", lambda request: asked.append(request.url))
        the_first_screen_tells_what_this_is(story)
        a_sandbox_is_made_from_a_seed(story)
        a_job_moves_with_the_clock(story)
        the_guard_refuses_a_deletion_and_the_trace_says_why(story)
        the_job_ends(story)
        a_lost_reply_leads_to_a_finding(story)
        a_snapshot_undoes_what_is_broken(story)
        document = the_sandbox_is_exported(story, tmp_path / "seed.json")
        a_fork_has_the_same_audiences(story, document)
        assert [url for url in asked if not url.startswith((story.url, "blob:", "data:"))] == []


def the_first_screen_tells_what_this_is(story: Story) -> None:
    """The console begins with the audiences of `default`, and says how an application comes to use the server."""
    expect(story.page.locator(".lead").first).to_contain_text("This is a mock of Sonarly's audiences API")
    expect(story.page.locator(".lead code")).to_have_text(story.url)
    expect(story.row("Founders in Berlin")).to_contain_text("Being populated by a job")
    story.look("audiences")


def a_sandbox_is_made_from_a_seed(story: Story) -> None:
    """A sandbox is made, and is the one that is shown from now on."""
    making = story.panel("Sandboxes").locator("section", has=story.page.get_by_role("heading", name="Make a sandbox"))
    making.get_by_label("Name").fill("The story")
    making.get_by_label("From", exact=True).select_option("seed")
    making.get_by_label("Seed document").fill(json.dumps(SEED))
    making.get_by_role("button", name="Make a sandbox").click()
    story.notice("Make a sandbox: done.")
    expect(story.row("front end")).to_contain_text(KEY)
    expect(story.page.locator("#sandbox option:checked")).to_contain_text("The story")
    expect(story.page.locator("#status")).to_have_text("Live")
    story.look("keys")


def a_job_moves_with_the_clock(story: Story) -> None:
    """A job is started on the audience of the sandbox, whose clock is stopped and moved by ten seconds."""
    story.panel("Clock")
    story.press("Stop it: the clock")
    story.notice("The clock stands still.")
    story.panel("Audiences")
    story.press("Start a job: Founders")
    story.page.get_by_role("dialog").get_by_label("Moves").select_option("time")
    story.look("dialog")
    story.page.get_by_role("dialog").get_by_role("button", name="Start a job", exact=True).click()
    story.notice("Start a job: done.")
    expect(story.row("Founders")).to_contain_text("Being populated by a job")
    progress = story.panel("Jobs").get_by_role("progressbar")
    expect(progress).to_have_attribute("value", "0")

    story.panel("Clock").get_by_label("Seconds", exact=True).fill("18")
    story.press("Advance")
    story.notice("The clock was moved forward.")
    story.look("clock")

    story.panel("Jobs")
    expect(progress).to_have_attribute("value", "50")
    expect(story.row("Founders")).to_contain_text("running")
    story.look("jobs")


def the_guard_refuses_a_deletion_and_the_trace_says_why(story: Story) -> None:
    """The application may not delete the audience: the journal shows its request at once, and which rule decided."""
    story.panel("Journal")
    refused = story.application("DELETE", f"/audiences/{AUDIENCE}")
    assert refused is not None
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "AUDIENCE_NOT_READY")
    expect(story.row("deleteAudience")).to_contain_text("409")
    expect(story.row("deleteAudience")).to_contain_text("guard")
    story.look("journal")

    story.page.get_by_role("link", name="Exchange 1", exact=True).click()
    expect(story.page.get_by_role("heading", name="Why was this refused?")).to_be_visible()
    expect(story.page.locator("ol.trace li").last).to_contain_text("guard: refused the request")
    expect(story.page.locator(".past + p")).to_contain_text("is running.")
    story.look("exchange", top=".exchange h2 >> text=Why")


def the_job_ends(story: Story) -> None:
    """The clock passes the end of the job: the audience is ready again."""
    story.panel("Clock")
    story.press("+30 s")
    story.notice("The clock was moved forward.")
    expect(story.page.get_by_role("region", name="Events").locator(ROWS)).to_contain_text(["A job ended"])
    story.panel("Audiences")
    expect(story.row("Founders")).to_contain_text("Ready")


def a_lost_reply_leads_to_a_finding(story: Story) -> None:
    """The reply to a change is lost: the application repeats it without having read what became of it."""
    shown = story.panel("Faults")
    shown.get_by_label("Operation").select_option("createAudience")
    story.press("Add it")
    story.notice("The fault was added.")
    story.look("faults")
    new = {"name": "Twice", "type": "on_demand"}

    assert story.application("POST", "/audiences", new) is None
    retried = story.application("POST", "/audiences", new)

    assert retried is not None
    assert retried.status_code == 201
    expect(story.row("lost-reply").get_by_role("cell").nth(2)).to_have_text("1")
    story.panel("Findings")
    expect(story.page.get_by_role("heading", name="CLIENT-RETRY-UNREAD")).to_be_visible()
    expect(story.page.get_by_text("1 finding about 3 exchanges.")).to_be_visible()
    story.look("findings")
    story.panel("Audiences")
    expect(story.row("Twice")).to_have_count(2)


def a_snapshot_undoes_what_is_broken(story: Story) -> None:
    """A snapshot is taken; then a key is revoked and an audience deleted, and the snapshot has both as they were."""
    story.panel("Sandboxes")
    story.press("Take a snapshot")
    story.notice("Take a snapshot: done.")
    story.look("sandboxes")
    story.panel("Audiences")
    story.press("Delete: Founders", dialog="Delete")
    story.notice("Delete: done.")
    expect(story.row("Founders")).to_have_count(0)
    story.panel("Keys")
    story.press("Revoke: front end")
    expect(story.row("front end")).to_contain_text("revoked")

    story.panel("Sandboxes")
    story.press("Restore: snapshot before", dialog="Restore")
    story.notice("Restore: done.")

    story.panel("Keys")
    expect(story.row("front end")).to_contain_text("valid")
    story.panel("Audiences")
    expect(story.row("Founders")).to_contain_text("Ready")


def the_sandbox_is_exported(story: Story, file: Path) -> Any:
    """The sandbox is saved as a file, which a colleague can load; return its document."""
    story.panel("Sandboxes")
    with story.page.expect_download() as saved:
        story.press("Export")
    saved.value.save_as(file)
    document = json.loads(file.read_text("utf-8"))
    names = [audience["name"] for audience in document["accountGroups"][0]["audiences"]]
    assert sorted(names) == ["Founders", "Twice", "Twice"]
    assert KEY not in file.read_text("utf-8")
    return document


def a_fork_has_the_same_audiences(story: Story, document: Any) -> None:
    """A copy with keys of its own has the same audiences."""
    story.press("Fork: The story")
    story.page.get_by_role("dialog").get_by_label("Name of the copy").fill("The copy")
    story.page.get_by_role("dialog").get_by_role("button", name="Fork", exact=True).click()
    story.notice("Fork: done.")
    expect(story.page.locator("main h1")).to_have_text("Keys")
    expect(story.page.locator("#sandbox option:checked")).to_contain_text("The copy")
    expect(story.row("front end")).to_have_count(1)
    expect(story.row(KEY)).to_have_count(0)
    story.panel("Audiences")
    expect(story.page.locator(ROWS)).to_have_count(len(document["accountGroups"][0]["audiences"]))


@pytest.mark.parametrize("title", ["Provider states", "Limits"])
def test_a_panel_that_the_story_does_not_need_works_behind_a_prefix_with_the_token(
    browser: Browser, axe: Axe, pictures: Path, title: str
) -> None:
    with told(TELLINGS[-1], browser, pictures, axe) as story:
        story.panel(title)
        story.look(title.lower().replace(" ", "-"))
        if title == "Limits":
            story.page.get_by_role("region", name="Limit all keys", exact=True).get_by_label("Requests").fill("5")
            story.press("Limit all keys")
            story.notice("Each key without a limit of its own")
            expect(story.row("read only")).to_contain_text("5 in each minute")
        else:
            story.page.locator("details.state", has_text="the API key is revoked").first.locator(
                "summary"
            ).first.click()
            story.press("Set it up")
            story.notice("Set up: the API key is revoked.")
            story.panel("Keys")
            expect(story.row("all permissions")).to_contain_text("revoked")
