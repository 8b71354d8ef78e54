"""The requests of pages of other origins, in a real Chromium."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.system.browser import chromium

AUTHORIZED = {"Authorization": "Bearer sk_test_all_permissions"}
AUDIENCES = "/v1/accounts/a00000000000000000000001/audiences"
READY = f"{AUDIENCES}/b00000000000000000000001"

FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    const headers = Object.fromEntries(answer.headers);
    return {type: answer.type, status: answer.status, text: await answer.text(), headers};
  } catch (error) {
    return {type: "failed", status: 0, text: String(error), headers: {}};
  }
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium("--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1") as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.fixture
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


def at(url: str, host: str) -> str:
    """The server by another name of this machine."""
    return url.replace("127.0.0.1", host)


def fetched(page: Page, url: str, **options: Any) -> dict[str, Any]:
    """Return the response that the script of a page gets."""
    found: dict[str, Any] = page.evaluate(FETCH, [url, options])
    return found


def everything(url: str) -> list[Any]:
    """All that is to be seen of the server's state."""
    with httpx.Client(base_url=url, headers=AUTHORIZED) as client:
        parts = ["", "/clock", "/jobs", "/keys", "/faults", "/job-pace"]
        seen = [client.get(f"/_mock/sandboxes/default{part}").raise_for_status().json() for part in parts]
        seen[0].pop("now"), seen[0].pop("clock"), seen[1].pop("now")
        return [seen, client.get("/_mock/sandboxes").json(), client.get(AUDIENCES).json()["data"]]


STRANGERS = ["evil.example", "localhost", "127.0.0.1"]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_page_of_another_origin_can_read_nothing_of_the_control_plane(
    url: str, front_end: int, page: Page, stranger: str
) -> None:
    page.goto(f"http://{stranger}:{front_end}/")

    for host in ("127.0.0.1", "localhost"):
        for path in ("/_mock/sandboxes", "/_mock/sandboxes/default/keys", "/_mock/health"):
            assert fetched(page, at(url, host) + path)["type"] == "failed"
            assert refused(fetched(page, at(url, host) + path, mode="no-cors"))


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_page_of_another_origin_can_change_nothing_through_the_control_plane(
    url: str, front_end: int, page: Page, stranger: str
) -> None:
    httpx.delete(url + READY, headers=AUTHORIZED).raise_for_status()
    before = everything(url)
    page.goto(f"http://{stranger}:{front_end}/")
    json_body = {"headers": {"Content-Type": "application/json"}, "body": "{}"}
    plain = {"body": '{"kind": "reset-before"}'}

    for host in ("127.0.0.1", "localhost"):
        here = at(url, host)
        for mode in ("cors", "no-cors"):
            assert refused(fetched(page, f"{here}/_mock/sandboxes/default/reset", method="POST", mode=mode))
            assert refused(fetched(page, f"{here}/_mock/sandboxes", method="POST", mode=mode, **json_body))
            assert refused(fetched(page, f"{here}/_mock/sandboxes/default/faults", method="POST", mode=mode, **plain))
        assert refused(fetched(page, f"{here}/_mock/sandboxes/default/faults", method="DELETE"))
        submitted(page, f"{here}/_mock/sandboxes/default/reset")
        page.goto(f"http://{stranger}:{front_end}/")

    assert everything(url) == before


def refused(answer: dict[str, Any]) -> bool:
    """Whether a script learns nothing of an answer."""
    return answer["type"] in {"failed", "opaque"} and answer["status"] == 0


def submitted(page: Page, action: str) -> None:
    """Let a page submit a form there, and wait for what comes."""
    with page.expect_navigation():
        page.evaluate(
            """action => {
              const form = document.createElement("form");
              Object.assign(form, {action, method: "POST", enctype: "text/plain"});
              document.body.append(form);
              form.submit();
            }""",
            action,
        )
    assert "takes nothing from pages" in page.content()


def test_a_name_that_is_rebound_to_this_machine_is_refused(url: str, page: Page) -> None:
    port = url.rsplit(":", 1)[1]
    before = everything(url)
    page.goto(f"http://rebound.example:{port}/_mock/docs")
    shown = page.content()

    read = fetched(page, "/_mock/sandboxes")
    reset = fetched(page, "/_mock/sandboxes/default/reset", method="POST")

    assert "does not answer to the host" in shown
    assert [one["status"] for one in (read, reset)] == [403, 403]
    assert "sk_test" not in read["text"]
    assert everything(url) == before


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_page_of_this_machine_can_use_the_whole_vendors_api(url: str, front_end: int, page: Page, host: str) -> None:
    httpx.post(
        f"{url}/_mock/sandboxes/default/faults",
        json={"kind": "response", "status": 429, "retryAfter": 7, "operation": "listAudiences", "times": 1},
    ).raise_for_status()
    page.goto(f"http://{host}:{front_end}/")
    traced = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "X-Request-Id": "1"}
    json_body = {"headers": {**AUTHORIZED, **traced, "Content-Type": "application/json"}, "body": '{"name": "New"}'}

    limited = fetched(page, url + AUDIENCES, headers=AUTHORIZED)
    answers = [
        fetched(page, url + AUDIENCES, headers=AUTHORIZED),
        fetched(page, url + READY, method="PATCH", **json_body),
        fetched(page, url + READY, method="DELETE", headers=AUTHORIZED),
        fetched(page, url + READY, method="DELETE", headers=AUTHORIZED),
        fetched(page, url + AUDIENCES),
        fetched(page, f"{url}/v1/nothing", headers=AUTHORIZED),
    ]
    example = fetched(page, url + READY, headers={**AUTHORIZED, "Prefer": "code=409"})

    assert (limited["status"], limited["headers"]["retry-after"]) == (429, "7")
    assert [one["status"] for one in answers] == [200, 200, 200, 404, 401, 404]
    assert (example["status"], example["headers"]["preference-applied"]) == (409, "code=409")


def test_a_page_of_another_origin_cannot_use_the_vendors_api(url: str, front_end: int, page: Page) -> None:
    page.goto(f"http://evil.example:{front_end}/")

    answers = [
        fetched(page, url + AUDIENCES, headers=AUTHORIZED),
        fetched(page, url + AUDIENCES),
        fetched(page, url + READY, method="DELETE", headers=AUTHORIZED),
    ]

    assert [one["type"] for one in answers] == ["failed"] * 3
    assert httpx.get(url + READY, headers=AUTHORIZED).status_code == 200


def test_a_page_of_a_named_origin_can_use_the_vendors_api(front_end: int, page: Page) -> None:
    settings = Settings(cors_origins=frozenset({f"http://evil.example:{front_end}"}))
    with served(settings) as (url, _):
        page.goto(f"http://evil.example:{front_end}/")

        assert fetched(page, url + AUDIENCES, headers=AUTHORIZED)["status"] == 200
