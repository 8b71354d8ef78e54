"""The guide and `/llms.txt`: they agree with docs, and every link of them leads to something that this server sends."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.guide import ABOUT_THE_PROJECT, BUILT, LIST, SECTIONS, guide
from tests.harness.in_thread import served
from tests.harness.pages import ROOT, Page

TOKEN = "of-the-administrator"
PREFIX = "http://proxy.example/mock"
PAGES = [name for names in SECTIONS.values() for name in names]
ENTRY = re.compile(r"- \[[^\]]+\]\([^)\s]+\): .+\.")
LEADING_OUT = ["..%2Ffront_page.css", "%2e%2e%2fguide_files.py", "recipes/..%2Ftools.md", "tools.md%00", "tools.md%0A"]
NOT_THERE = ["none.md", "llms.txt", "recipes", "recipes/none.md", "recipes/tools.md", "TOOLS.MD", "architecture.md"]


@pytest.fixture(scope="module")
def locked() -> Iterator[httpx.Client]:
    with served(Settings(admin_token=TOKEN)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


def links(text: str) -> list[str]:
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not link.startswith(("http:", "https:"))]


def test_the_guide_is_that_of_the_docs() -> None:
    built = {str(file.relative_to(BUILT)): file.read_text("utf-8") for file in BUILT.rglob("*") if file.is_file()}

    assert built == guide(), "run `make guide`"


def test_every_page_of_docs_is_in_the_guide_unless_it_is_about_the_project() -> None:
    docs = ROOT / "docs"

    assert {str(page.relative_to(docs)) for page in docs.rglob("*.md")} == {*PAGES, *ABOUT_THE_PROJECT}


def test_the_list_has_the_format_of_llmstxt_org() -> None:
    title, blank, summary, *rest = guide()[LIST].splitlines()
    _, *sections = "\n".join(rest).split("\n## ")

    assert (title, blank, summary[:2]) == ("# audience-mock", "", "> ")
    assert len(sections) == 5
    for section in sections:
        _, _, *entries = section.strip().splitlines()
        assert entries
        assert [entry for entry in entries if not ENTRY.fullmatch(entry)] == []


def test_every_link_of_the_list_works_behind_a_prefix_and_without_the_token(locked: httpx.Client) -> None:
    text = locked.get("/llms.txt").text

    for link in links(text):
        target = urljoin(f"{PREFIX}/llms.txt", link)
        assert locked.get(target.removeprefix(PREFIX)).status_code == 200, link
    assert len(links(text)) > len(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_works_behind_a_prefix_and_without_the_token(locked: httpx.Client, name: str) -> None:
    address = f"{PREFIX}/_mock/guide/{name}"
    page = locked.get(f"/_mock/guide/{name}")

    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.text == guide()[name]
    for link in links(page.text):
        target, anchor = urldefrag(urljoin(address, link))
        assert locked.get(target.removeprefix(PREFIX)).status_code == 200, link
        assert not anchor or anchor in anchors(target), link


def anchors(address: str) -> set[str]:
    name = address.removeprefix(f"{PREFIX}/_mock/guide/")
    return Page(str((BUILT / name).relative_to(ROOT))).anchors()


def test_the_list_is_the_same_for_every_server_and_holds_no_key(locked: httpx.Client) -> None:
    answer, head = locked.get("/llms.txt"), locked.head("/llms.txt")

    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert (answer.status_code, answer.content) == (200, (BUILT / LIST).read_bytes())
    assert "sk_test" not in answer.text
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


def test_other_methods_for_the_list_get_the_envelope(client: httpx.Client) -> None:
    answer = client.post("/llms.txt")

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_the_list_leaves_no_trace_in_the_journal() -> None:
    with served(Settings()) as (url, _):
        httpx.get(f"{url}/llms.txt").raise_for_status()

        assert httpx.get(f"{url}/_mock/sandboxes/default/journal").json()["held"] == 0


@pytest.mark.parametrize("path", [*NOT_THERE, *LEADING_OUT])
def test_no_other_page_is_sent(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/_mock/guide/{path}")

    assert (answer.status_code, "reason" in answer.json()) == (404, True)


def test_a_page_that_is_not_there_says_where_the_pages_are_listed(client: httpx.Client) -> None:
    assert client.get("/_mock/guide/none.md").json() == {
        "reason": "the guide has no page none.md",
        "hint": "/llms.txt lists its pages.",
    }


def test_a_page_is_not_sent_to_a_stranger_that_reaches_this_server_by_rebinding(locked: httpx.Client) -> None:
    assert locked.get("/_mock/guide/tools.md", headers={"Host": "rebound.example"}).status_code == 403


def test_the_front_page_leads_to_the_list(client: httpx.Client) -> None:
    assert 'href="llms.txt"' in client.get("/", headers={"Accept": "text/html"}).text


def test_links_to_files_that_are_not_served_become_text() -> None:
    assert "`mockserver/default.yaml`. A document" in guide()["control-plane.md"]
    assert "[`openapi/control.yaml`](../openapi.json)" in guide()["control-plane.md"]
    assert Path(BUILT, "recipes", "pytest.md").read_text("utf-8").count("](../control-plane.md)") == 1
