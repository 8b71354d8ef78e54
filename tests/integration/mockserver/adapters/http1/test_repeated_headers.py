"""The headers that a client repeats with each request of a connection, which are looked at once."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

CLOSE = "Connection: close\r\n"


@pytest.fixture
def world() -> Iterator[World]:
    with served(Settings()) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield World.make(client)


def statuses(world: World, *heads: str) -> list[int]:
    """Send requests on one connection, one after the other; return the statuses of their responses."""
    address = urlsplit(str(world.client.base_url))
    found = []
    with (
        socket.create_connection((address.hostname, address.port), timeout=20) as connection,
        connection.makefile("rb") as file,
    ):
        for head in heads:
            connection.sendall(f"{head}\r\n".encode())
            found.append(int(file.readline().split()[1]))
            length = 0
            while line := file.readline().strip():
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
            json.loads(file.read(length))
    return found


def get(world: World, *headers: str, target: str | None = None, version: str = "1.1") -> str:
    path = f"/v1/accounts/{world.group}/audiences" if target is None else target
    return "".join(f"{line}\r\n" for line in (f"GET {path} HTTP/{version}", *headers))


def test_each_request_has_the_headers_that_were_sent_with_it(world: World) -> None:
    host, key = "Host: localhost", f"Authorization: Bearer {world.key}"
    right, without = get(world, host, key), get(world, host)
    preferring = get(world, host, key, "Prefer: code=429")

    assert statuses(world, right, right, without, right, preferring, preferring, right, without) == [
        *(200, 200, 401, 200, 429, 429, 200, 401)
    ]


def test_the_journal_has_the_headers_of_each_request(world: World) -> None:
    host, key = "Host: localhost", f"Authorization: Bearer {world.key}"
    first, second = get(world, host, key, "User-Agent: one"), get(world, host, key, "User-Agent: two")

    statuses(world, first, first, second)

    numbers = [entry["number"] for entry in world.control("GET", "/journal?order=oldest")["exchanges"]]
    sent = [world.control("GET", f"/journal/{number}")["request"]["headers"] for number in numbers]
    assert [[header["value"] for header in headers if header["name"] == "user-agent"] for headers in sent] == [
        *(["one"], ["one"], ["two"])
    ]


@pytest.mark.parametrize("headers", [("Host: a b",), (), ("Host: a", "Host: b")])
def test_headers_that_are_refused_are_refused_each_time(world: World, headers: tuple[str, ...]) -> None:
    assert [statuses(world, get(world, *headers)) for _ in range(2)] == [[400], [400]]


def test_headers_of_an_older_version_are_checked_by_its_rules(world: World) -> None:
    key = f"Authorization: Bearer {world.key}"
    kept = "Connection: keep-alive"

    assert statuses(world, get(world, key, kept, version="1.0")) == [200]
    assert statuses(world, get(world, "Host: localhost", key), get(world, "Host: localhost", key, version="1.0")) == [
        *(200, 200)
    ]


def test_a_target_with_a_host_replaces_the_header_each_time(world: World) -> None:
    host, key = "Host: localhost", f"Authorization: Bearer {world.key}"
    target = f"http://other.test/v1/accounts/{world.group}/audiences"

    assert statuses(world, *[get(world, host, key, target=target)] * 2, get(world, host, key)) == [200, 200, 200]
