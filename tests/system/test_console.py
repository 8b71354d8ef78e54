"""The console, in a real Chromium: its frame, and the panels of audiences, jobs, keys and sandboxes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.path_prefix import under_a_prefix

TOKEN = "of-the-administrator"
GROUP, READY, POPULATED = "a00000000000000000000001", "b00000000000000000000001", "b00000000000000000000002"
KEY = {"Authorization": "Bearer sk_test_all_permissions"}
AUDIENCES = f"/v1/accounts/{GROUP}/audiences"
HOSTILE = "<img src=x onerror=document.title='owned'>'\"&lt;${1}</td><script>document.title='owned'</script>"
ROWS = "tbody tr:not(.spacer)"
PANELS = ["audiences", "jobs", "keys", "sandboxes"]


@pytest.fixture
def mock() -> Iterator[httpx.Client]:
    """A client of a fresh server."""
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(accept_downloads=True) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def opened(page: Page, mock: httpx.Client, panel: str) -> None:
    page.goto(str(mock.base_url.join(f"/_mock/#/default/{panel}")))
    page.locator(f"{ROWS} td").first.wait_for()


def row(page: Page, text: str) -> Locator:
    return page.locator(ROWS, has_text=text)


def expect_notice(page: Page, text: str) -> None:
    """Wait for a notice, and close all."""
    expect(page.locator("#notices .notice p", has_text=text)).to_have_count(1)
    page.locator("#notices").evaluate("region => region.replaceChildren()")


def act(page: Page, label: str, subject: str) -> None:
    """Press the button of an action on a thing."""
    page.get_by_role("button", name=f"{label}: {subject}").click()


def agree(page: Page, label: str) -> None:
    """Submit the dialog that is shown."""
    page.get_by_role("dialog").get_by_role("button", name=label, exact=True).click()
    page.get_by_role("dialog").wait_for(state="detached")


def audience(mock: httpx.Client, **filters: Any) -> list[str]:
    listed = mock.get("/_mock/sandboxes/default/audiences", params=filters).raise_for_status().json()
    return [one["name"] for one in listed["audiences"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_a_panel_fits_its_window_and_asks_nobody_else(
    mock: httpx.Client, browser: Browser, scheme: str, width: int
) -> None:
    url, asked, complaints = str(mock.base_url), list[str](), list[str]()
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text))

    for panel in PANELS:
        opened(page, mock, panel)
        assert page.evaluate("document.documentElement.scrollWidth") == width, panel
        assert page.locator("nav [aria-current=page]").get_attribute("href") == f"#/default/{panel}"

    assert (complaints, [one for one in asked if not one.startswith((url, "data:"))]) == ([], [])
    page.close()


def test_the_start_page_leads_to_the_console(mock: httpx.Client, page: Page) -> None:
    page.goto(str(mock.base_url))

    page.get_by_role("link", name="Open the console").click()

    expect(row(page, "Heads of sales")).to_contain_text("Ready")
    expect(page.locator("#status")).to_have_text("Live")


def test_the_guard_shows_in_the_notice_when_an_audience_is_deleted(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "audiences")
    expect(row(page, "Founders in Berlin")).to_contain_text("Being populated by a job")

    act(page, "Delete", "Founders in Berlin")
    agree(page, "Delete")
    expect_notice(page, "409 AUDIENCE_NOT_READY")
    act(page, "Delete", "Heads of sales")
    agree(page, "Delete")

    expect_notice(page, "Delete: done.")
    expect(row(page, "Heads of sales")).to_have_count(0)
    assert audience(mock) == ["Competitors' hires", "Founders in Berlin"]


def test_an_audience_is_made_renamed_and_moved(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "audiences")
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Make it").click()
    expect(row(page, HOSTILE)).to_contain_text("Ready")

    act(page, "Move", "Heads of sales")
    page.get_by_role("dialog").get_by_label("Folder").select_option(label="Spring campaign (on_demand)")
    agree(page, "Move")
    expect(row(page, "Heads of sales")).to_contain_text("Spring campaign")
    act(page, "Rename", "Heads of sales")
    page.get_by_role("dialog").get_by_label("Name").fill("Heads")
    agree(page, "Rename")

    expect(row(page, "Heads").first).to_be_visible()
    assert HOSTILE in audience(mock)
    assert (page.locator("main img, main script").count(), "owned" in page.title()) == (0, False)


def test_a_refused_form_keeps_what_was_typed(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "audiences")
    act(page, "Rename", "Founders in Berlin")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Another name")

    dialog.get_by_role("button", name="Rename").click()

    expect(dialog.get_by_role("alert")).to_contain_text("409 AUDIENCE_NOT_READY")
    assert dialog.get_by_label("Name").input_value() == "Another name"


def test_a_deletion_by_a_client_shows_at_once_and_leaves_what_is_typed(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "audiences")
    expect(page.locator("#status")).to_have_text("Live")
    field = page.get_by_label("Name", exact=True)
    field.press_sequentially("Half a na")

    mock.delete(f"{AUDIENCES}/{READY}", headers=KEY).raise_for_status()

    expect(row(page, "Heads of sales")).to_have_count(0)
    field.press_sequentially("me")
    assert field.input_value() == "Half a name"


def test_a_job_is_started_followed_and_ended(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "audiences")
    act(page, "Start a job", "Heads of sales")
    page.get_by_role("dialog").get_by_label("Moves").select_option("manual")
    agree(page, "Start a job")
    row(page, "Heads of sales").get_by_role("link", name="Being populated by a job").click()

    started = row(page, "Heads of sales")
    expect(started.get_by_role("progressbar")).to_have_attribute("value", "50")
    expect(started).to_contain_text("import 62 %, enrichment 0 %")
    started.get_by_role("button", name="End as").click()
    page.get_by_role("dialog").get_by_label("Stage", exact=True).select_option("enrichment")
    agree(page, "End as")

    expect(page.locator(ROWS).first).to_contain_text("import 100 %, enrichment 50 %")
    expect(page.locator(ROWS).first.get_by_role("button")).to_have_count(0)
    page.go_back()
    expect(row(page, "Heads of sales")).to_contain_text("Ready")


def test_jobs_are_started_and_cancelled_by_the_vendors_api(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "jobs")

    page.get_by_role("button", name="Start a job").click()
    row(page, "From the console").get_by_role("button", name="Cancel").click()
    row(page, "Founders in Berlin").get_by_role("button", name="Complete").click()

    expect(row(page, "cancelled")).to_have_count(1)
    expect(row(page, "completed")).to_have_count(1)
    jobs = mock.get("/_mock/sandboxes/default/jobs").json()["jobs"]
    assert sorted(job["status"] for job in jobs) == ["cancelled", "completed"]


def test_keys_are_made_changed_and_deleted(mock: httpx.Client, page: Page) -> None:
    def key() -> Any:
        keys = mock.get("/_mock/sandboxes/default/keys").json()["keys"]
        return next((one for one in keys if one["name"] == HOSTILE), None)

    opened(page, mock, "keys")
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="None", exact=True).click()
    page.get_by_label("audiences:read").check()
    page.get_by_label("Acme Growth").check()
    page.get_by_role("button", name="Make a key").click()
    made = row(page, HOSTILE)
    made.get_by_role("button", name="Revoke").click()
    expect(made).to_contain_text("revoked")
    made.get_by_role("button", name="Restore").click()
    expect(made).to_contain_text("valid")
    made.get_by_role("button", name="Permissions").click()
    page.get_by_role("dialog").get_by_label("audiences:write").check()
    agree(page, "Permissions")
    made.get_by_role("button", name="Expiry").click()
    page.get_by_role("dialog").get_by_label("Expires at").fill("2001-01-01T00:00:00Z")
    agree(page, "Expiry")
    expect(made).to_contain_text("expired at 2001")
    made.get_by_role("button", name="Limit").click()
    page.get_by_role("dialog").get_by_label("Requests").fill("2")
    agree(page, "Limit")
    expect(made).to_contain_text("2/m, 2 left")

    assert (key()["permissions"], key()["accountGroupIds"]) == (["audiences:read", "audiences:write"], [GROUP])
    made.get_by_role("button", name="Delete").click()
    agree(page, "Delete")
    expect(made).to_have_count(0)
    assert key() is None
    expect(row(page, "Acme Growth")).to_contain_text("100,000")


def test_a_sandbox_is_made_from_a_seed_forked_and_deleted(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "sandboxes")
    making = page.locator("section", has=page.get_by_role("heading", name="Make a sandbox"))
    making.get_by_label("Name").fill(HOSTILE)
    making.get_by_label("From", exact=True).select_option("seed")
    making.get_by_label("Seed document").fill("keys: [{name: of a seed}]\naccountGroups: [{name: Seeded}]")
    making.get_by_role("button", name="Make a sandbox").click()
    expect(page.locator("main h1")).to_have_text("Keys")
    expect(row(page, "of a seed")).to_be_visible()

    page.get_by_role("link", name="Sandboxes").click()
    row(page, HOSTILE).get_by_role("button", name="Fork").click()
    page.get_by_role("dialog").get_by_label("Name of the copy").fill("the copy")
    agree(page, "Fork")
    expect(row(page, "of a seed")).to_be_visible()
    assert page.locator("#sandbox option:checked").inner_text().startswith("the copy (")

    page.get_by_role("link", name="Sandboxes").click()
    row(page, "the copy").get_by_role("button", name="Delete").click()
    agree(page, "Delete")
    expect(page.locator("#sandbox option:checked")).to_have_text("default")
    expect(row(page, "the copy")).to_have_count(0)
    assert page.locator("main img, header img").count() == 0


def test_a_snapshot_is_taken_and_restored_and_a_sandbox_reset(mock: httpx.Client, page: Page) -> None:
    opened(page, mock, "sandboxes")
    page.get_by_role("button", name="Take a snapshot").click()
    expect(row(page, "before")).to_be_visible()
    for action, subject in (("Restore", "snapshot before"), ("Reset", "default")):
        mock.delete(f"{AUDIENCES}/{READY}", headers=KEY).raise_for_status()
        assert "Heads of sales" not in audience(mock)

        act(page, action, subject)
        agree(page, action)

        expect_notice(page, f"{action}: done.")
        assert "Heads of sales" in audience(mock)
    act(page, "Drop", "snapshot before")
    agree(page, "Drop")
    expect(page.get_by_text("There are no snapshots.")).to_be_visible()


def test_a_sandbox_is_exported_and_imported(mock: httpx.Client, page: Page, tmp_path: Path) -> None:
    opened(page, mock, "sandboxes")
    documents = []
    for keys in (False, True):
        page.get_by_label("With the tokens of its keys").set_checked(keys)
        with page.expect_download() as saved:
            page.get_by_role("button", name="Export").click()
        saved.value.save_as(tmp_path / "seed.json")
        documents.append(json.loads((tmp_path / "seed.json").read_text()))
    assert ["key" in document["keys"][0] for document in documents] == [False, True]
    documents[1]["accountGroups"][0]["audiences"][0]["name"] = "From a file"
    (tmp_path / "seed.json").write_text(json.dumps(documents[1]))

    section = page.locator("section", has=page.get_by_role("heading", name="Import into default"))
    section.get_by_role("button", name="Import").click()
    agree(page, "Import")
    expect_notice(page, "Import: paste a seed document, or choose a file")
    section.get_by_label("From a file").set_input_files(tmp_path / "seed.json")
    section.get_by_role("button", name="Import").click()
    agree(page, "Import")

    expect_notice(page, "Import: done.")
    assert "From a file" in audience(mock)


def test_the_token_is_asked_for_once_kept_for_the_tab_and_in_no_command(page: Page) -> None:
    with served(Settings(admin_token=TOKEN)) as (url, _):
        page.goto(f"{url}/_mock/#/default/sandboxes")
        for secret in ("wrong", TOKEN):
            page.get_by_role("textbox", name="Admin token").fill(secret)
            page.get_by_role("dialog").get_by_role("button", name="Use it").click()
            expect(page.get_by_text("The server refused this token.")).to_have_count(int(secret == "wrong"))
        expect(page.locator("#status")).to_have_text("Live")
        page.reload()

        expect(row(page, "default")).to_be_visible()
        assert page.get_by_role("dialog").count() == 0
        commands = page.locator("details.commands", has_text="As a command").first
        commands.locator("summary").click()
        expect(commands.locator("pre")).to_contain_text('-H "Authorization: Bearer $AUDIENCE_MOCK_ADMIN_TOKEN"')
        for language in ("Python", "JavaScript"):
            commands.get_by_label(language).check()
            expect(commands.locator("pre")).to_contain_text("AUDIENCE_MOCK_ADMIN_TOKEN")
        assert TOKEN not in page.content()


def test_the_console_works_behind_a_path_prefix(page: Page) -> None:
    with served(Settings(), build=under_a_prefix) as (url, _):
        page.goto(f"{url}/mock/")
        page.get_by_role("link", name="Open the console").click()
        expect(row(page, "Heads of sales")).to_be_visible()

        act(page, "Delete", "Heads of sales")
        agree(page, "Delete")
        expect(row(page, "Heads of sales")).to_have_count(0)
        page.goto(f"{url}/mock/_mock")
        expect(page).to_have_url(f"{url}/mock/_mock/")


def test_ten_thousand_audiences_are_usable_by_keyboard(page: Page, tmp_path: Path) -> None:
    audiences = [{"name": f"Number {number}"} for number in range(10_000)]
    seed = {"keys": [{"name": "one"}], "accountGroups": [{"name": "Large", "audiences": audiences}]}
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    with served(Settings(seed_file=tmp_path / "seed.json")) as (url, _):
        page.goto(f"{url}/_mock/")
        for shown in (200, 2_000, 10_000):
            expect(page.locator("table[aria-rowcount]")).to_have_attribute("aria-rowcount", str(shown + 1))
            if shown < 10_000:
                page.get_by_role("button", name="Show more").click()
        assert page.locator("tbody tr").count() < 100

        page.get_by_role("button", name="Rename: Number 9999").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("button", name="Rename: Number 9998")).to_be_focused()
        page.keyboard.press("End")
        expect(page.get_by_role("button", name="Rename: Number 0,")).to_be_focused()
        assert row(page, "Number 0").first.get_attribute("aria-rowindex") == "10001"
        page.get_by_label("Name or identifier").fill("number 777")
        expect(page.get_by_text("11 in all.")).to_be_visible()


def test_a_page_that_may_not_follow_reads_the_state(mock: httpx.Client, page: Page) -> None:
    """Eight others follow the journal already."""
    path = "/_mock/sandboxes/default/journal/stream"
    streams = [mock.stream("GET", path) for _ in range(8)]
    followed = [stream.__enter__() for stream in streams]
    assert {stream.status_code for stream in followed} == {200}

    opened(page, mock, "audiences")
    expect(page.locator("#status")).to_contain_text("is followed by 8 already")
    mock.delete(f"{AUDIENCES}/{READY}", headers=KEY).raise_for_status()

    expect(row(page, "Heads of sales")).to_have_count(0)
    for stream in streams:
        stream.__exit__(None, None, None)
