"""The page at `/`, and the redirects to the documentation, on a real socket."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import unescape

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.cli_server import AUTHORIZED, DELETE
from tests.harness.curl_command import curled
from tests.harness.in_thread import served

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
KEY = AUTHORIZED["Authorization"].split()[1]
TOKEN = "of-the-administrator"
LEADING_ON = {
    "/docs": "_mock/docs",
    "/docs/": "../_mock/docs",
    "/openapi.json": "_mock/audiences.json",
    "/_mock": "_mock/",
    "/_mock/docs/": "../docs",
}


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx.Client]:
    with served(Settings(admin_token=TOKEN)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture
def fresh() -> Iterator[httpx.Client]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def copied(page: str) -> list[str]:
    """Return the texts that the page offers to copy."""
    return [unescape(text) for text in re.findall(r"<code data-copy[^>]*>(.*?)</code>", page)]


def test_a_browser_gets_a_page_with_keys_identifiers_and_commands_that_work(fresh: httpx.Client) -> None:
    page = fresh.get("/", headers=HTML)

    texts = copied(page.text)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert {str(fresh.base_url).rstrip("/"), KEY, "a00000000000000000000001", "b00000000000000000000002"} <= set(texts)
    statuses = [curled(text).status_code for text in texts if text.startswith("curl ")]
    assert statuses == [200, 404, 409, 200]
    assert fresh.get(DELETE, headers=AUTHORIZED).status_code == 200


def test_other_clients_get_the_envelope(client: httpx.Client) -> None:
    for accept in ("*/*", "application/json"):
        answer = client.get("/", headers={"Accept": accept})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert client.post("/", headers=HTML).status_code == 404
    assert client.get("/v1", headers=HTML).json()["error"]["code"] == "NOT_FOUND"


def test_the_page_may_be_asked_for_by_head(client: httpx.Client) -> None:
    answer = client.head("/", headers=HTML)

    assert (answer.status_code, answer.content, answer.headers["vary"]) == (200, b"", "Accept")


def test_the_policy_of_the_page_allows_nothing_but_its_own_style_and_script(client: httpx.Client) -> None:
    page = client.get("/", headers=HTML)

    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    for element, directive in (("style", "style-src"), ("script", "script-src")):
        (content,) = re.findall(f"<{element}>(.*?)</{element}>", page.text, re.DOTALL)
        assert policy.pop(directive) == f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
    assert policy.pop("img-src") == "data:"
    assert set(policy.values()) == {"'none'"}
    links = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert all(link.startswith(("_mock/", "data:", "llms.txt")) for link in links)


def test_the_page_links_to_addresses_that_there_are(client: httpx.Client) -> None:
    links = re.findall(r'href="(_[^"]*)"', client.get("/", headers=HTML).text)

    assert len(links) == 9
    assert links[0] == "_mock/"
    assert {client.get(f"/{link}").status_code for link in links} == {200}


def test_the_page_shows_no_key_where_the_admin_token_is_needed(locked: httpx.Client) -> None:
    for headers in (HTML, {**HTML, "Authorization": f"Bearer {TOKEN}"}):
        page = locked.get("/", headers=headers)

        assert page.status_code == 200
        assert "asks for its admin token" in page.text
        assert "sk_test" not in page.text
        assert TOKEN not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_the_page_shows_no_key_to_a_stranger(client: httpx.Client, headers: dict[str, str]) -> None:
    page = client.get("/", headers=HTML | headers)

    assert "sk_test" not in page.text
    assert "is opened by hand" in page.text
    assert "evil" not in page.text
    assert page.text.count("<script>") == 1


def test_the_page_escapes_the_names_of_a_seed(fresh: httpx.Client) -> None:
    name = "</code><script>alert(1)</script>$version"
    fresh.post("/_mock/sandboxes/default/keys", json={"name": name}).raise_for_status()

    page = fresh.get("/", headers=HTML).text

    assert page.count("<script>") == 1
    assert "alert(1)&lt;/script&gt;$version" in page


def test_the_page_leaves_no_trace_in_the_journal(fresh: httpx.Client) -> None:
    fresh.get("/", headers=HTML)
    fresh.get("/docs")

    assert fresh.get("/_mock/sandboxes/default/journal").json()["held"] == 0


@pytest.mark.parametrize(("path", "target"), LEADING_ON.items())
def test_an_address_where_users_look_for_documentation_leads_on(client: httpx.Client, path: str, target: str) -> None:
    for method in ("GET", "HEAD"):
        answer = client.request(method, path)
        assert (answer.status_code, answer.headers["location"], answer.content) == (307, target, b"")
    assert client.get(path, follow_redirects=True).status_code == 200
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("path", ["/_mock", "/_mock/docs/"])
def test_the_addresses_of_the_control_plane_lead_on_without_the_token(locked: httpx.Client, path: str) -> None:
    assert locked.get(path).status_code == 307
    assert locked.get(path, headers={"Host": "rebound.example"}).status_code == 403


def test_the_documentation_is_readable_without_the_token_and_holds_no_keys(locked: httpx.Client) -> None:
    admin = {"Authorization": f"Bearer {TOKEN}"}
    page = locked.get("/_mock/docs")
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    texts = [locked.get(f"/_mock/{file}").raise_for_status().text for file in files if "bundle" not in file]
    keys = [key["key"] for key in locked.get("/_mock/sandboxes/default", headers=admin).json()["keys"]]

    contracts = [locked.get(f"/_mock/{name}.json").json()["openapi"] for name in ("openapi", "audiences")]

    assert contracts == ["3.0.3"] * 2
    assert len(keys) == 3
    assert [key for key in keys if any(key in text for text in [page.text, *texts])] == []
    assert locked.get("/_mock/sandboxes/default").status_code == 401
