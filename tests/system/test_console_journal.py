"""The panel of the journal in the console, in a real Chromium."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from mockserver.bootstrap import Components
from mockserver.config import Settings
from mockserver.recording.exchange import Exchange
from mockserver.service.journal_tail import MAX_FOLLOWERS
from tests.harness.in_thread import served
from tests.system.console_pages import (
    ALL,
    CONTROL,
    GROUP,
    JOB,
    POPULATED,
    READER,
    READY,
    Client,
    console_page,
    open_panel,
)

MARKUP = '"><img src=x onerror=alert(1)>'
BIDI = "\u202etxt.exe"
REFUSED = [f"DELETE /v1/accounts/{GROUP}/audiences/{POPULATED}", "409", "guard"]


@pytest.fixture
def server() -> Iterator[tuple[Client, Components]]:
    with served(Settings()) as (url, parts):
        yield Client(url), parts


@pytest.fixture
def client(server: tuple[Client, Components]) -> Client:
    return server[0]


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    with console_page(browser, complaints, accept_downloads=True) as page:
        yield page


def numbers(page: Page) -> list[str]:
    """Return the numbers of the exchanges that are listed."""
    return page.locator("a.opening").all_inner_texts()


def expect_numbers(page: Page, *wanted: int) -> None:
    expect(page.locator("a.opening")).to_have_text([str(number) for number in wanted])


def test_a_refused_deletion_shows_why_and_how_to_get_past(client: Client, page: Page, complaints: list[str]) -> None:
    client.delete_audience()
    open_panel(page, client.url, "journal")
    row = page.locator("tr", has=page.get_by_role("link", name="Exchange 1"))
    for text in REFUSED:
        expect(row).to_contain_text(text)

    page.get_by_role("link", name="Exchange 1").click()
    expect(page.get_by_role("heading", name="Why was this refused?")).to_be_visible()
    rules = page.locator("ol.trace li").all_inner_texts()
    assert [rule.partition(":")[0] for rule in rules][-3:] == ["account-group", "resource", "guard"]
    assert [rule for rule in rules if "refused the request" in rule] == rules[-1:]
    expect(page.get_by_role("link", name=f"Job {JOB}")).to_have_attribute("href", f"#/default/jobs/{JOB}")
    expect(page.get_by_text(f"Job {JOB} is running.")).to_be_visible()
    page.get_by_role("button", name="End the job").click()

    expect(page.get_by_text(f"Job {JOB} is completed.")).to_be_visible()
    expect(page.get_by_role("button", name="End the job")).to_have_count(0)
    assert client.delete_audience().status_code == 200  # type: ignore[union-attr]
    page.get_by_role("link", name="Newer").click()
    expect(page.get_by_role("heading", name="Exchange 2: DELETE")).to_be_visible()
    expect(page.locator("ol.trace li").last).to_contain_text("guard: passed")
    assert complaints == []


def test_exchanges_appear_as_they_end_and_nothing_typed_is_lost(client: Client, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_panel(page, client.url, "journal")
    expect(page.locator("#status")).to_have_text("Live")
    page.get_by_label("Identifier in the path").press_sequentially(POPULATED)

    client.delete_audience()
    client.list_accounts()
    client.delete_audience()

    expect_numbers(page, 3, 1)
    field = page.get_by_label("Identifier in the path")
    expect(field).to_be_focused()
    expect(field).to_have_value(POPULATED)
    assert [url for url in asked if re.search(r"/journal/\d", url)] == []


def test_a_link_leads_to_a_filtered_view(client: Client, page: Page) -> None:
    client.delete_audience()
    client.list_accounts()
    client.delete_audience(READY, READER)
    open_panel(page, client.url, "journal")
    page.get_by_label("Operation").select_option("deleteAudience")
    page.get_by_label("Status").select_option("403")
    page.get_by_label("Key").select_option("read only")

    expect_numbers(page, 3)
    page.reload()
    expect_numbers(page, 3)
    expect(page.get_by_label("Key")).to_have_value("read only")
    page.get_by_text("This view as a command").click()
    command = page.get_by_label("Command", exact=True)
    expect(command).to_contain_text("/journal?operation=deleteAudience&status=403&key=read%20only'")
    page.get_by_role("link", name="Exchange 3").click()
    page.get_by_role("link", name="To the list").click()
    expect_numbers(page, 3)
    page.get_by_role("button", name="No filters").click()
    expect_numbers(page, 3, 2, 1)
    expect(page).to_have_url(f"{client.url}/_mock/#/default/journal")


@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"operation": "deleteAudience"},
        {"status": "409"},
        {"status": "none"},
        {"key": "read only"},
        {"key": READER},
        {"key": ALL},
        {"key": "nobody"},
        {"resource": POPULATED},
        {"resource": GROUP},
        {"resource": ""},
        {"operation": "deleteAudience", "status": "403", "key": "read only", "resource": READY},
    ],
)
def test_the_page_filters_as_the_server_does(client: Client, page: Page, filters: dict[str, str]) -> None:
    client.delete_audience()
    client.delete_audience(READY, READER)
    client.control("POST", "/faults", {"kind": "reset-before", "times": 1})
    client.list_accounts()
    client.list_accounts("sk_test_of_nobody_at_all")
    open_panel(page, client.url, "sandboxes")
    kept = {name: value for name, value in filters.items() if value}
    query = "&".join(f"{name}={value}" for name, value in kept.items())
    script = """async ([filters, entries, keys]) => {
        const { condition } = await import('/_mock/console/journal_filters.js');
        return entries.filter(condition(filters, keys)).map(({ number }) => number);
    }"""

    everything, keys = client.control("GET", "/journal")["exchanges"], client.control("GET", "/keys")["keys"]
    found = page.evaluate(script, [kept, everything, keys])

    assert found == [entry["number"] for entry in client.control("GET", f"/journal?{query}")["exchanges"]]


@pytest.mark.parametrize("value", ["a/b", "%2F", "&status=409#", "..", MARKUP, BIDI, "12"])
def test_the_address_of_a_view_keeps_any_filter(client: Client, page: Page, value: str) -> None:
    open_panel(page, client.url, "journal")
    page.get_by_label("Identifier in the path").fill(value)

    page.reload()

    expect(page.get_by_label("Identifier in the path")).to_have_value(value)


def test_a_pause_stops_the_list_and_counts_what_waits(client: Client, page: Page) -> None:
    client.list_accounts()
    open_panel(page, client.url, "journal")
    expect_numbers(page, 1)

    page.get_by_role("button", name="Pause").click()
    client.list_accounts()
    client.list_accounts()

    waiting = page.get_by_role("button", name="Continue (2 new)")
    expect(waiting).to_be_visible()
    expect_numbers(page, 1)
    waiting.click()
    expect_numbers(page, 3, 2, 1)


def test_a_reset_leaves_a_mark_and_numbers_begin_anew(client: Client, page: Page) -> None:
    client.list_accounts()
    client.delete_audience()
    open_panel(page, client.url, "journal")
    expect_numbers(page, 2, 1)

    client.control("POST", "/reset")
    expect(page.get_by_text("Reset: numbers begin anew")).to_be_visible()
    expect_numbers(page)
    client.list_accounts()

    expect_numbers(page, 1)
    expect(page.locator("tr", has=page.get_by_role("link", name="Exchange 1"))).to_contain_text("listAccounts")


def test_an_exchange_that_a_reset_has_removed_says_so(client: Client, page: Page) -> None:
    client.delete_audience()
    open_panel(page, client.url, "journal", "1")
    expect(page.get_by_role("heading", name="Exchange 1")).to_be_visible()

    client.control("POST", "/reset")

    expect(page.get_by_text("this exchange is gone")).to_be_visible()


def test_an_exchange_that_is_not_there_says_so(client: Client, page: Page) -> None:
    open_panel(page, client.url, "journal", "7")

    expect(page.get_by_text("the journal has no exchange 7")).to_be_visible()


def test_dropped_exchanges_leave_a_mark(browser: Browser, complaints: list[str]) -> None:
    with served(Settings(journal_limit=3)) as (url, _), console_page(browser, complaints) as page:
        client = Client(url)
        open_panel(page, url, "journal")
        expect(page.locator("#status")).to_have_text("Live")
        for _ in range(5):
            client.list_accounts()

        expect(page.get_by_text("2 exchanges dropped", exact=True)).to_be_visible()
        expect_numbers(page, 5, 4, 3)


def test_a_gap_that_the_stream_tells_of_leaves_a_mark_in_its_place(client: Client, page: Page) -> None:
    open_panel(page, client.url, "sandboxes")
    script = """async () => {
        const { rowsOf } = await import('/_mock/console/journal_rows.js');
        const entries = [{ number: 3 }, { number: 8 }];
        const rows = rowsOf(entries, { gaps: [{ after: 7, count: 4 }], dropped: 0, generation: 0 });
        return rows.map(({ entry, mark }) => entry?.number ?? mark);
    }"""

    assert page.evaluate(script) == [8, "4 exchanges dropped before the page could read them", 3]


def test_exchanges_are_dropped_only_when_that_is_meant(client: Client, page: Page) -> None:
    client.list_accounts()
    open_panel(page, client.url, "journal")
    drop = page.get_by_role("button", name="Drop: the journal")

    drop.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert client.control("GET", "/journal")["held"] == 1
    drop.click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()

    expect(page.get_by_text("1 exchange dropped", exact=True)).to_be_visible()
    expect_numbers(page)
    assert client.control("GET", "/journal")["held"] == 0


def test_the_archive_is_downloaded(client: Client, page: Page, complaints: list[str]) -> None:
    client.delete_audience()
    client.list_accounts()
    open_panel(page, client.url, "journal")

    with page.expect_download() as download:
        page.get_by_role("button", name="Download HAR").click()

    text = Path(download.value.path()).read_text("utf-8")
    assert download.value.suggested_filename == "default.har"
    assert [entry["_number"] for entry in json.loads(text)["log"]["entries"]] == [1, 2]
    assert ALL not in text
    assert complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_texts_are_shown_as_texts(client: Client, page: Page, complaints: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    key = client.control("POST", "/keys", {"name": f"{MARKUP}{BIDI}"})["key"]
    client.send(
        "POST",
        f"/v1/accounts/{GROUP}/audiences",
        key,
        json={"name": f"{MARKUP}{BIDI}", "type": "on_demand"},
        headers={"User-Agent": MARKUP},
    )
    client.send("GET", f"/v1/accounts/{MARKUP}{BIDI}/{'long' * 200}", params={"a": MARKUP}, headers={"Prefer": MARKUP})
    client.send("POST", f"/v1/accounts/{GROUP}/audiences", content=b"<script>alert(2)</script>\0")

    for route in (["journal"], ["journal", "1"], ["journal", "2"], ["journal", "3"], ["findings"]):
        open_panel(page, client.url, *route)
        page.locator("dl, a.opening, main a[href*='journal']").first.wait_for()
        assert page.locator("main img, main script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert BIDI[0] not in page.locator("main").inner_text()
        assert complaints == []
    open_panel(page, client.url, "journal", "1")
    body = page.get_by_label("Body of the request").first
    expect(body).to_contain_text(r"\"><img src=x onerror=alert(1)>\u202etxt.exe")
    expect(page.locator("dd", has_text=re.compile(re.escape(MARKUP) + r"$")).first).to_be_visible()


def test_ten_thousand_exchanges_are_a_few_rows(browser: Browser, complaints: list[str]) -> None:
    settings = Settings(journal_limit=10_001, journal_bytes=64 << 20)
    with served(settings) as (url, parts), console_page(browser, complaints) as page:
        for _ in range(10_000):
            parts.store.append("default", Exchange(path="/v1/accounts", status=200, whole=True, size=900))
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_request("**/journal/stream") as stream:
            open_panel(page, url, "journal")
        assert stream.value.headers["last-event-id"] == "10000"  # the stream begins behind what is read in pages
        table = page.get_by_role("table", name="Exchanges, newest first")

        expect(table).to_have_attribute("aria-rowcount", "10001")
        assert numbers(page)[0] == "10000"
        assert page.locator("main tr").count() < 80
        pages = [address for address in asked if "limit=1000" in address]
        assert len(pages) <= 12
        assert [address for address in asked if re.search(r"/journal/\d", address)] == []
        page.get_by_role("link", name="Exchange 10000", exact=True).focus()
        page.keyboard.press("End")
        expect(page.get_by_role("link", name="Exchange 1", exact=True)).to_be_focused()
        assert page.locator("main tr").count() < 80
        Client(url).list_accounts()
        expect(table).to_have_attribute("aria-rowcount", "10002")
        expect(page.get_by_role("link", name="Exchange 1", exact=True)).to_be_focused()


def test_findings_that_come_late_leave_a_reader_at_his_row(client: Client, page: Page) -> None:
    for _ in range(60):
        client.list_accounts()
    held: list[Route] = []
    page.route("**/findings", lambda route: held.append(route))  # noqa: PLW0108  (it takes no built-in)
    open_panel(page, client.url, "journal")
    page.get_by_role("link", name="Exchange 60", exact=True).press("End")
    with page.expect_response("**/keys"):
        held.pop().continue_()
    expect(page.get_by_role("link", name="Exchange 1", exact=True)).to_be_focused()


def test_a_page_that_cannot_follow_reads_what_is_new(client: Client, page: Page) -> None:
    with ExitStack() as followers:
        for _ in range(MAX_FOLLOWERS):
            followers.enter_context(httpx.stream("GET", f"{client.url}{CONTROL}/journal/stream"))
        open_panel(page, client.url, "journal")
        expect(page.locator("#status")).to_contain_text("is followed by 8 already")

        client.list_accounts()

        expect_numbers(page, 1)


def test_the_keyboard_alone_opens_an_exchange_and_returns(client: Client, page: Page) -> None:
    for _ in range(3):
        client.list_accounts()
    open_panel(page, client.url, "journal")
    expect_numbers(page, 3, 2, 1)
    page.get_by_role("link", name="Exchange 3").focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Exchange 2: GET")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the list")).to_be_focused()
    page.keyboard.press("Enter")

    expect_numbers(page, 3, 2, 1)


def test_a_server_without_a_journal_says_so(browser: Browser, complaints: list[str]) -> None:
    with served(Settings(journal_limit=0)) as (url, _), console_page(browser, complaints) as page:
        open_panel(page, url, "journal")

        expect(page.locator(".notice", has_text="the server keeps no journal")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1.0,"a":12345678901234567890,"b":[]}', '{\n  "a": 1.0,\n  "a": 12345678901234567890,\n  "b": []\n}'),
        ('[{"x":"a,b:{"},null,{}]', '[\n  {\n    "x": "a,b:{"\n  },\n  null,\n  {}\n]'),
        ('"\\"{"', '"\\"{"'),
        ('{"a":', None),
    ],
)
def test_a_body_in_lines_stays_as_it_was_written(client: Client, page: Page, text: str, shown: str | None) -> None:
    open_panel(page, client.url, "sandboxes")

    script = "async (text) => (await import('/_mock/console/texts.js')).indented(text) ?? null"

    assert page.evaluate(script, text) == shown
