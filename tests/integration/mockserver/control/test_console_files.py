"""The page of the console and its files, as the server sends them."""

import re
from collections.abc import Iterator
from importlib.resources import files
from urllib.parse import urljoin

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served

FOLDER = files("mockserver.control").joinpath("console")
ASSETS = sorted(one.name for one in FOLDER.iterdir() if one.name.endswith((".js", ".css")))
PANELS = sorted(f"panels/{one.name}" for one in FOLDER.joinpath("panels").iterdir())
SCRIPTS = [name for name in [*ASSETS, *PANELS] if name.endswith(".js")]
MEDIA_TYPES = {"css": "text/css", "js": "text/javascript"}
TOKEN = "of-the-administrator"
NOT_THERE = ["none.js", "index.html", "panels", "panels/none.js", "panels/main.js", "sandboxes.js", "MAIN.JS"]
LEADING_OUT = [
    "..%2Ffront_page.js",
    "%2e%2e%2fdocs_page.js",
    "panels/..%2Fmain.js",
    "panels/%2e%2e",
    "..%5Cmain.js",
    "%2Fetc%2Fpasswd",
    "main.js%00",
    "panels%2Fsandboxes.js",
    "main.js%0A",
]


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx.Client]:
    with served(Settings(admin_token=TOKEN)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def test_the_policy_of_the_page_allows_only_files_of_this_server(client: httpx.Client) -> None:
    page = client.get("/_mock/")

    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    allowed = {directive: policy.pop(directive) for directive in ("script-src", "style-src", "connect-src", "img-src")}
    assert list(allowed.values()) == ["'self'", "'self'", "'self'", "data:"]
    assert set(policy) == {"default-src", "base-uri", "form-action", "frame-ancestors"}
    assert set(policy.values()) == {"'none'"}
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["content-type"].startswith("text/html")
    assert not re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page.text)


@pytest.mark.parametrize("name", [*ASSETS, *PANELS])
def test_a_file_has_its_media_type_and_is_asked_for_anew(client: httpx.Client, name: str) -> None:
    answer = client.get(f"/_mock/console/{name}")

    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == MEDIA_TYPES[name.rpartition(".")[2]]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.content == FOLDER.joinpath(*name.split("/")).read_bytes()


@pytest.mark.parametrize("path", [*NOT_THERE, *LEADING_OUT])
def test_no_other_file_is_sent(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/_mock/console/{path}")

    assert (answer.status_code, "reason" in answer.json()) == (404, True)


@pytest.mark.parametrize("path", ["/_mock/", "/_mock/console/main.js", "/_mock/console/panels/sandboxes.js"])
def test_head_has_the_headers_of_get_and_no_body(client: httpx.Client, path: str) -> None:
    whole, head = client.get(path), client.head(path)

    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length", "cache-control"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("path", ["/_mock/", "/_mock/console/main.js", "/_mock/console/panels/sandboxes.js"])
def test_a_file_that_the_browser_has_is_not_sent_again(client: httpx.Client, path: str) -> None:
    tag = client.get(path).headers["etag"]

    for sent in (tag, f"W/{tag}", f'"other", {tag}'):
        answer = client.get(path, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    for sent in ('"other"', tag.strip('"'), '"'):
        assert client.get(path, headers={"If-None-Match": sent}).status_code == 200


def test_every_file_is_readable_without_the_token_and_by_a_known_host_only(locked: httpx.Client) -> None:
    for path in ["", *(f"console/{name}" for name in [*ASSETS, *PANELS])]:
        assert locked.get(f"/_mock/{path}").status_code == 200, path
        assert locked.get(f"/_mock/{path}", headers={"Host": "rebound.example"}).status_code == 403, path
    assert TOKEN not in locked.get("/_mock/").text
    assert locked.get("/_mock/sandboxes").status_code == 401


def test_the_page_leads_to_all_of_its_files_behind_a_path_prefix(client: httpx.Client) -> None:
    """A proxy that strips a prefix sends the page on: only relative addresses lead back to it."""
    prefix = "http://proxy.example/mock"
    redirect = client.get("/_mock").headers["location"]
    page = urljoin(f"{prefix}/_mock", redirect)
    loaded = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]*)"', client.get("/_mock/").text)
    found = {urljoin(page, link) for link in loaded if not link.startswith("data:")}

    waiting = sorted(found)
    while waiting:
        address = waiting.pop()
        text = client.get(address.removeprefix(prefix)).raise_for_status().text
        imported = {urljoin(address, link) for link in re.findall(r"(?:from|=> import\()\s*'([^']+)'", text)} - found
        found |= imported
        waiting += imported

    assert page == f"{prefix}/_mock/"
    names = {address.removeprefix(f"{prefix}/_mock/console/") for address in found}
    assert names | {"types.js"} == {*ASSETS, *PANELS}


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_becomes_markup_or_script(name: str) -> None:
    source = FOLDER.joinpath(*name.split("/")).read_text("utf-8")

    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc|https?://(?!www\.linkedin\.com/search)"
    assert re.findall(forbidden, source) == []
    assert source.startswith("// @ts-check\n/**")


@pytest.mark.parametrize("name", [*ASSETS, *PANELS])
def test_no_file_is_much_longer_than_two_hundred_lines(name: str) -> None:
    lines = len(FOLDER.joinpath(*name.split("/")).read_text("utf-8").splitlines())

    assert lines <= (620 if name.endswith(".css") else 230)
