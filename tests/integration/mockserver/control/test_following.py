"""The journal as a live stream of server-sent events."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.cli_server import AUTHORIZED, cli_server, url_in
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

STREAM = "/journal/stream"


class Events:
    """The events of a stream, one at a time, without comments."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.iter_lines()

    def __iter__(self) -> Iterator[dict[str, str]]:
        event: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            elif event.keys() != {""}:
                yield event
                event = {}
            else:
                event = {}

    def next(self) -> dict[str, str]:
        return next(iter(self))

    def numbers(self, count: int) -> list[str]:
        return [self.next()["id"] for _ in range(count)]


@contextmanager
def following(world: World, query: str = "", **headers: str) -> Iterator[Events]:
    url = f"/_mock/sandboxes/{world.sandbox}{STREAM}{query}"
    with world.client.stream("GET", url, headers=headers) as response:
        yield Events(response)


def refused_stream(world: World, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
    with following(world, query, **headers) as events:
        content: dict[str, Any] = json.loads(events.response.read())
        return events.response.status_code, content


def test_a_streamed_exchange_equals_the_listed_exchange(world: World) -> None:
    with following(world) as events:
        assert events.response.status_code == 200
        assert events.response.headers["content-type"].partition(";")[0] == "text/event-stream"
        assert events.response.headers["cache-control"] == "no-store"
        world.call("GET", f"/audiences?key={world.key}")

        event = events.next()

    (listed,) = world.control("GET", "/journal")["exchanges"]
    assert event["id"] == "1"
    assert json.loads(event["data"]) == listed
    assert world.key not in event["data"]


def test_existing_exchanges_are_streamed_first(world: World) -> None:
    world.listed()
    with following(world) as events:
        assert events.numbers(1) == ["1"]
        world.listed()
        assert events.numbers(1) == ["2"]


@pytest.mark.parametrize(
    ("query", "headers"),
    [("?after=2", {}), ("", {"Last-Event-ID": "2"}), ("?after=1", {"Last-Event-ID": "2"})],
)
def test_a_stream_resumes_after_the_last_received_exchange(world: World, query: str, headers: dict[str, str]) -> None:
    for _ in range(4):
        world.listed()

    with following(world, query, **headers) as events:
        assert events.numbers(2) == ["3", "4"]


def test_dropped_exchanges_and_resets_are_streamed_as_events(world: World) -> None:
    world.listed()
    world.control("DELETE", "/journal")
    with following(world) as events:
        assert events.next() == {"event": "dropped", "id": "1", "data": '{"dropped":1}'}
        world.control("POST", "/reset", {})
        assert events.next() == {"event": "reset", "id": "0", "data": "{}"}


def test_a_stream_ends_when_its_sandbox_is_deleted(world: World) -> None:
    with following(world) as events:
        world.control("DELETE", "")

        assert list(events) == []


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?after=x", {}),
        ("?after=-1", {}),
        ("?after=1000000000000000", {}),
        ("", {"Last-Event-ID": ""}),
        ("", {"Last-Event-ID": "-1"}),
        ("", {"Last-Event-ID": "1" * 16}),
    ],
)
def test_an_invalid_exchange_number_is_refused(world: World, query: str, headers: dict[str, str]) -> None:
    status, body = refused_stream(world, query, **headers)

    assert status == 400
    assert "after" in body["reason"] or "Last-Event-ID" in body["reason"]


def test_a_stream_of_an_unknown_sandbox_is_404(world: World) -> None:
    assert refused_stream(World(world.client, "none", "", ""))[0] == 404


def test_a_ninth_follower_is_refused_until_another_follower_leaves(world: World) -> None:
    with ExitStack() as stack:
        for _ in range(7):
            stack.enter_context(following(world))
        with following(world):
            status, body = refused_stream(world)
            assert (status, "followed by 8 already" in body["reason"]) == (409, True)
            assert "hint" in body
        for _ in range(5_000):
            with following(world) as events:
                if events.response.status_code == 200:
                    return
    pytest.fail("who has left makes no room")


def test_a_head_request_gets_no_events_and_is_no_follower(world: World) -> None:
    for _ in range(9):
        answer = world.client.head(f"/_mock/sandboxes/{world.sandbox}{STREAM}")

        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"


def test_a_stream_without_a_journal_is_409() -> None:
    with served(Settings(journal_limit=0)) as (url, _), httpx.Client(base_url=url) as client:
        status, body = refused_stream(World.make(client))

    assert status == 409
    assert body["hint"] == "Start the server without --journal-limit 0."


def test_a_stop_of_the_server_ends_the_stream_properly() -> None:
    with ExitStack() as stack:
        with served(Settings()) as (url, _):
            world = World.make(stack.enter_context(httpx.Client(base_url=url, timeout=20)))
            world.listed()
            events = stack.enter_context(following(world))
            assert events.numbers(1) == ["1"]

        assert list(events) == []


@pytest.mark.parametrize("read", ["journal/stream", "journal.har"])
def test_a_stop_is_clean_even_if_a_client_reads_nothing(read: str) -> None:
    path = f"/v1/accounts/{'x' * 60_000}/audiences"
    with (
        cli_server("--log-format", "none") as (process, banner),
        httpx.Client(base_url=url_in(banner), headers=AUTHORIZED, timeout=20) as client,
        socket.socket() as reader,
    ):
        for _ in range(60):
            client.get(path)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect((client.base_url.host, client.base_url.port or 0))
        reader.sendall(f"GET /_mock/sandboxes/default/{read} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert reader.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 200"

        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)

        assert (process.returncode, out, err) == (0, "", "")
