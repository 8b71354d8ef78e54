"""A full disk, simulated by a limit on the size of the files that the server may write."""

import resource
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness.replicas import GROUP, KEY, Server, serving

ROOM = 512 << 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(f"sqlite:///{tmp_path}/state.db") as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}{GROUP}", headers=KEY, timeout=60) as client:
        yield client


def allow(server: Server, size: int) -> None:
    """Let the server write files up to a size, in bytes."""
    _, most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, most))


def create_audience(client: httpx.Client, name: str) -> httpx.Response:
    return client.post("/audiences", json={"name": name, "type": "on_demand", "description": "x" * 4_000})


def names(client: httpx.Client) -> list[str]:
    items: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/audiences", params={"limit": "100", **cursor}).raise_for_status().json()["data"]
        items += [item["name"] for item in page["items"]]
        if not page["hasMore"]:
            return items
        cursor = {"cursor": page["nextCursor"]}


def fill_disk(client: httpx.Client) -> tuple[list[str], httpx.Response]:
    """Create audiences until there is no room; return their names and the first failed response."""
    accepted: list[str] = []
    for number in range(10_000):
        answer = create_audience(client, f"audience {number}")
        if answer.status_code != 201:
            return accepted, answer
        accepted.append(f"audience {number}")
    pytest.fail("there was room for everything")


def test_changes_are_all_or_nothing_on_a_full_disk_and_work_again_with_room(
    server: Server, client: httpx.Client
) -> None:
    allow(server, ROOM)
    before = names(client)

    accepted, failed = fill_disk(client)
    allow(server, 1)  # there was still room for less
    refused = client.delete("/audiences/b00000000000000000000001")
    meanwhile = names(client)
    allow(server, resource.RLIM_INFINITY)

    assert (failed.status_code, failed.json()["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert "cannot use its store" in failed.json()["error"]["message"]
    assert refused.status_code == 500
    assert meanwhile == [*reversed(accepted), *before]
    assert create_audience(client, "after").status_code == 201
    assert names(client) == ["after", *meanwhile]
    assert client.delete("/audiences/b00000000000000000000001").status_code == 200
    assert server.tracebacks() == []


def read_journal(server: Server) -> list[tuple[int, int, str]]:
    """Return the number, the status and the operation of each exchange."""
    response = httpx.get(f"{server.url}/_mock/sandboxes/default/journal", params={"limit": 1_000}, timeout=60)
    exchanges = response.raise_for_status().json()["exchanges"]
    return [(exchange["number"], exchange["status"], exchange["operation"]) for exchange in exchanges]


def test_the_journal_is_read_on_a_full_disk_and_written_once_there_is_room(
    server: Server, client: httpx.Client
) -> None:
    allow(server, ROOM)
    accepted, _ = fill_disk(client)
    allow(server, 1)

    meanwhile = read_journal(server)
    allow(server, resource.RLIM_INFINITY)

    created = [(number, 201, "createAudience") for number in range(len(accepted), 0, -1)]
    assert meanwhile == [(len(accepted) + 1, 500, "createAudience"), *created]
    assert read_journal(server) == meanwhile
