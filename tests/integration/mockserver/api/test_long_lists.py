"""Lists of many megabytes: sent in pieces, with turns of the event loop in between, and only so many at a time."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.api.long_responses import LongResponses
from mockserver.config import Settings
from tests.harness.http1_client import Client
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

NEWEST_FIRST = [f"é{number}" for number in reversed(range(40))]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[httpx.Client, LongResponses]]:
    with served(Settings()) as (url, parts), httpx.Client(base_url=url, timeout=20) as client:
        yield client, parts.long_responses


@pytest.fixture(scope="module")
def world(server: tuple[httpx.Client, LongResponses]) -> World:
    client, _ = server
    seed = {"keys": [{"key": "sk_long_lists"}], "accountGroups": [{"name": "g"}]}
    made = client.post("/_mock/sandboxes", json={"seed": seed}).raise_for_status().json()
    world = World(client, made["id"], made["keys"][0]["key"], made["accountGroups"][0]["id"])
    for number in range(40):
        created = world.call(
            "POST", "/audiences", {"name": f"é{number}", "type": "on_demand", "description": "d" * 250_000}
        )
        assert created.status_code == 201
    return world


@pytest.fixture
def responses(server: tuple[httpx.Client, LongResponses]) -> Iterator[LongResponses]:
    responses = server[1]
    usual = responses.limit, responses.timer
    yield responses
    responses.limit, responses.timer = usual


def request(world: World, path: str, version: str = "1.1") -> bytes:
    target = f"/v1/accounts/{world.group}{path}"
    return f"GET {target} HTTP/{version}\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n\r\n".encode()


def port(world: World) -> int:
    assert world.client.base_url.port is not None
    return world.client.base_url.port


def is_reset(client: Client) -> bool:
    try:
        while client.connection.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    return False


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in items]


@pytest.mark.parametrize(
    ("path", "member"), [("/audiences?limit=100", "items"), ("/audiences/navigation", "ungroupedAudiences")]
)
def test_a_long_list_is_whole_and_has_the_usual_envelope(world: World, path: str, member: str) -> None:
    response = world.call("GET", path)

    assert response.headers["content-type"] == "application/json"
    assert response.headers["transfer-encoding"] == "chunked"
    body = response.json()
    assert list(body) == ["success", "data", "error", "traceId"]
    assert names(body["data"][member]) == NEWEST_FIRST
    assert {len(item["description"]) for item in body["data"][member]} == {250_000}


def test_a_long_list_of_the_control_plane_is_whole(world: World) -> None:
    response = world.client.get(f"/_mock/sandboxes/{world.sandbox}/audiences")

    assert response.headers["transfer-encoding"] == "chunked"
    assert sorted(names(response.json()["audiences"])) == sorted(NEWEST_FIRST)


def test_a_long_list_for_http_1_0_ends_with_its_connection(world: World) -> None:
    with Client(port(world)) as client:
        head, _, body = client.send(request(world, "/audiences/navigation", "1.0")).reader.read().partition(b"\r\n\r\n")

    assert b"transfer-encoding" not in head
    assert names(json.loads(body)["data"]["ungroupedAudiences"]) == NEWEST_FIRST


def test_a_long_list_can_be_corrupted_by_a_fault(world: World) -> None:
    world.control("POST", "/faults", {"kind": "malformed-json", "times": 1})

    broken = world.call("GET", "/audiences/navigation").content

    assert (broken[:1], broken[-1:], len(broken) > 10_000_000) == (b"{", b",", True)


def test_a_journal_keeps_the_size_of_a_long_list(world: World) -> None:
    size = len(world.call("GET", "/audiences/navigation").content)

    exchange = world.control("GET", "/journal?limit=1")["exchanges"][0]
    shown = world.control("GET", f"/journal/{exchange['number']}")
    assert (shown["response"]["bodyBytes"], shown["outcome"]) == (size, "answered")


def test_a_long_list_gets_a_503_if_all_others_make_progress(world: World, responses: LongResponses) -> None:
    responses.limit, responses.timer = 1, lambda: 0.0
    with Client(port(world)) as slow:
        slow.send(request(world, "/audiences/navigation"))
        assert slow.reader.readline() == b"HTTP/1.1 200 OK\r\n"

        refused = world.call("GET", "/audiences/navigation")
        also_refused = world.client.get(f"/_mock/sandboxes/{world.sandbox}/audiences")

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["error"]["details"] == {"rule": "http", "retryAfter": 1, "hint": "Try again in a moment."}
    assert (also_refused.status_code, also_refused.headers["retry-after"]) == (503, "1")
    assert "no place" in also_refused.json()["reason"]
    assert world.call("GET", "/audiences?limit=1").status_code == 200


def test_a_long_list_that_nobody_reads_is_cut_off_for_another_one(world: World, responses: LongResponses) -> None:
    responses.limit, responses.timer = 1, lambda: now
    now = 0.0
    with Client(port(world)) as idle:
        idle.send(request(world, "/audiences/navigation"))
        assert idle.reader.readline() == b"HTTP/1.1 200 OK\r\n"

        for _ in range(50):  # until the buffers of the kernel are full, the client makes progress
            now += 60.0
            whole = world.call("GET", "/audiences/navigation")
            if whole.status_code == 200:
                break

        assert whole.status_code == 200
        assert names(whole.json()["data"]["ungroupedAudiences"]) == NEWEST_FIRST
        assert is_reset(idle)
