"""Findings, and what gets a request past a rule, in the console in a real Chromium."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from mockserver.config import Settings
from mockserver.domain.operation import OPERATIONS
from mockserver.domain.refusal import Reason
from mockserver.recording.findings.catalogue import RULE_IDS
from mockserver.recording.trace import REPLACEMENTS, trace
from tests.harness.in_thread import served
from tests.system.console_pages import ALL, GROUP, POPULATED, READER, READY, REVOKED, Client, console_page, open_panel

START = f"/v1/accounts/{GROUP}/prospecting"
SEARCH = {
    "name": "Sales",
    "source": "linkedin_search",
    "searchUrl": "https://www.linkedin.com/search/results/people/?keywords=sales",
}
Request = Callable[[Client], object]
"""A request that is refused, and that passes once the remedy has been applied."""


@pytest.fixture
def client() -> Iterator[Client]:
    with served(Settings()) as (url, _):
        yield Client(url)


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    with console_page(browser, complaints) as page:
        yield page


def test_the_page_knows_every_rule_of_the_server(client: Client, page: Page) -> None:
    refusing = [None, "http", "validation", *REPLACEMENTS, *(reason.rule for reason in Reason)]
    known = {
        rule
        for operation in [None, *OPERATIONS]
        for refused in refusing
        if not (operation is None and refused == "validation")
        for rule in trace(operation, refused)
    }
    open_panel(page, client.url, "sandboxes")

    shown = page.evaluate("async () => [...(await import('/_mock/console/rules.js')).RULES.keys()]")
    about_clients = page.evaluate("async () => (await import('/_mock/console/panels/findings.js')).CLIENT_RULES")

    assert set(shown) == known
    assert tuple(about_clients) == RULE_IDS


def limit(client: Client) -> None:
    client.control("PUT", "/limits", {"rate": "1/m"})
    client.list_accounts()


def stopped_limit(client: Client) -> None:
    client.control("PUT", "/clock", {"mode": "manual"})
    limit(client)


def state(name: str) -> Request:
    body = {"state": name, "params": {"apiKey": ALL, "times": 99} if "fails" in name else {"apiKey": ALL}}
    return lambda client: client.post("/_mock/provider-states", body)


def expired(client: Client) -> None:
    client.control("PATCH", f"/keys/{ALL}", {"expiresAt": "2001-01-01T00:00:00.000Z"})


def busy(client: Client) -> None:
    for _ in range(4):
        client.send("POST", START, json=SEARCH)


def fault(client: Client) -> None:
    client.control("POST", "/faults", {"kind": "response", "status": 500})


def start(client: Client) -> object:
    return client.send("POST", START, json=SEARCH)


@pytest.mark.parametrize(
    "remedy",
    [
        (
            lambda _: None,
            lambda client: client.delete_audience(READY, READER),
            "Give the key audiences:write",
            "by now",
        ),
        (lambda _: None, lambda client: client.list_accounts(REVOKED), "Restore the key", "The key is valid by now."),
        (expired, Client.list_accounts, "Let the key not expire", "The key is valid by now."),
        (limit, Client.list_accounts, "Lift the limits", "The sandbox has no limit by now."),
        (stopped_limit, Client.list_accounts, "Advance the clock by 60 s", "This time has passed by now."),
        (state("the rate limit is exhausted"), Client.list_accounts, 'Tear down "the rate limit is exhausted"', ""),
        (state("the server fails internally"), start, 'Tear down "the server fails internally"', ""),
        (state("the credits are exhausted"), start, 'Tear down "the credits are exhausted"', ""),
        (fault, Client.list_accounts, "Remove the fault", "The fault is used up, or no longer there."),
        (busy, start, "End job c00000000000000000000001", "Job c00000000000000000000001 is completed."),
    ],
)
def test_a_button_gets_a_refused_request_past_the_rule(
    client: Client, page: Page, remedy: tuple[Request, Request, str, str]
) -> None:
    prepare, request, label, news = remedy
    prepare(client)
    assert request(client).status_code >= 400  # type: ignore[attr-defined]
    number = client.control("GET", "/journal?limit=1")["exchanges"][0]["number"]
    open_panel(page, client.url, "journal", str(number))
    expect(page.get_by_role("heading", name="Why was this refused?")).to_be_visible()
    assert page.locator(".past").inner_text() != ""

    page.get_by_role("button", name=label).click()

    expect(page.locator(".notice.done")).to_be_visible()
    expect(page.locator(".past + p")).to_contain_text(news) if news else None
    assert request(client).status_code < 300  # type: ignore[attr-defined]


def test_an_example_that_was_preferred_shows_no_other_refusal(client: Client, page: Page) -> None:
    client.list_accounts(Prefer="code=429")

    open_panel(page, client.url, "journal", "1")

    expect(page.locator("ol.trace li").last).to_contain_text("prefer: decided the response")
    expect(page.locator(".past")).to_have_text("Leave the header Prefer out: it has asked for this example.")
    expect(page.locator("main blockquote")).to_have_count(0)
    expect(page.locator(".remedies button")).to_have_count(0)


@pytest.mark.parametrize(
    ("prepare", "path", "remedy"),
    [
        (lambda _: None, f"/v1/accounts/{GROUP}/audiences/{POPULATED}", "Jobs"),
        (limit, "/v1/accounts", "Limits"),
        (state("the rate limit is exhausted"), "/v1/accounts", "Provider states"),
    ],
)
def test_a_refusal_without_a_body_shows_what_gets_past_it(
    client: Client, page: Page, prepare: Request, path: str, remedy: str
) -> None:
    prepare(client)
    client.send("HEAD", path)
    number = client.control("GET", "/journal?limit=1")["exchanges"][0]["number"]

    open_panel(page, client.url, "journal", str(number))

    expect(page.locator(".remedies").get_by_role("link", name=remedy, exact=True)).to_be_visible()
    assert "undefined" not in page.locator("main").inner_text()


def test_a_lost_reply_names_its_fault(client: Client, page: Page) -> None:
    client.control("POST", "/faults", {"kind": "reset-after"})
    assert client.list_accounts() is None

    open_panel(page, client.url, "journal", "1")

    expect(page.locator("dl.facts").first).to_contain_text("no response, lost")
    expect(page.locator(".past")).to_contain_text("A fault acted on the exchange")
    page.get_by_role("button", name="Remove the fault").click()
    expect(page.get_by_role("button", name="Remove the fault")).to_have_count(0)
    assert client.list_accounts().status_code == 200  # type: ignore[union-attr]


def test_a_finding_stands_beside_its_exchanges(client: Client, page: Page, complaints: list[str]) -> None:
    open_panel(page, client.url, "journal")
    with httpx.Client(headers={"Authorization": f"Bearer {ALL}"}) as one_connection:  # so their order is certain
        for _ in range(3):
            one_connection.delete(f"{client.url}/v1/accounts/{GROUP}/audiences/{POPULATED}", timeout=20)
    row = page.locator("tr", has=page.get_by_role("link", name="Exchange 2"))
    expect(row).to_contain_text("CLIENT-GUARD-HAMMERED")

    page.get_by_role("link", name="Exchange 2").click()
    finding = page.locator("article.finding")
    expect(finding.get_by_role("heading")).to_have_text("CLIENT-GUARD-HAMMERED")
    expect(finding.locator("blockquote")).to_contain_text("poll the job status endpoint")
    expect(finding).to_contain_text("Advice: Poll the status of the prospecting job")
    finding.get_by_role("link", name="Exchange 3").click()

    expect(page.get_by_role("heading", name="Exchange 3: DELETE")).to_be_visible()
    expect(page.locator("article.finding")).to_be_visible()
    assert complaints == []


def test_the_list_of_findings_leads_to_their_exchanges(client: Client, page: Page) -> None:
    open_panel(page, client.url, "findings")
    expect(page.get_by_text("0 findings about 0 exchanges.")).to_be_visible()

    client.send("GET", "/v1/nowhere")

    expect(page.get_by_role("heading", name="CLIENT-CONTRACT")).to_be_visible()
    expect(page.get_by_text("1 finding about 1 exchange.")).to_be_visible()
    page.get_by_role("link", name="Exchange 1").click()
    expect(page.get_by_role("heading", name="Exchange 1: GET /v1/nowhere")).to_be_visible()


def test_a_verification_shows_its_result_and_the_command_for_it(client: Client, page: Page) -> None:
    client.send("GET", "/v1/nowhere")
    open_panel(page, client.url, "findings")
    verify = page.get_by_role("button", name="Verify")
    result = page.locator("main [role=status].problem, main [role=status].good")

    verify.click()
    expect(result).to_have_text("422: the client did what it should not: CLIENT-CONTRACT (1).")
    page.get_by_role("checkbox", name="CLIENT-CONTRACT").check()
    verify.click()
    expect(result).to_have_text("200: no findings among 1 exchange.")
    page.get_by_role("checkbox", name="CLIENT-CONTRACT").uncheck()
    page.get_by_label("From exchange").fill("2")
    verify.click()
    expect(result).to_have_text("200: no findings among 1 exchange.")

    page.get_by_text("As a command").click()
    expect(page.get_by_label("Command", exact=True)).to_contain_text("""-d '{"since":2}'""")
