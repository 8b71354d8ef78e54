"""Pipelined requests: how many of them wait, and how much memory they take, on a real socket."""

import gc
import socket
import struct
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mockserver.adapters.http1.cycle import Cycle
from tests.harness.http1_client import PATIENCE, Client
from tests.harness.tiny_application import TinyServer

HELD = b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n"
SMALL = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"
MOST = 16
SEGMENT = 262_144  # what a transport reads at once


@contextmanager
def no_collection() -> Iterator[None]:
    """Collect garbage before and after, and not meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def cycles() -> int:
    """Return the number of requests in memory."""
    return sum(isinstance(thing, Cycle) for thing in gc.get_objects())


def flood(client: Client, request: bytes, size: int) -> None:
    """Send a request again and again until the server reads no more, or has read so many bytes."""
    client.connection.settimeout(1)
    block = request * (-(-60_000 // len(request)))
    with pytest.raises(TimeoutError):  # noqa: PT012  (the limit is for a server that reads for ever)
        for _ in range(size // len(block)):
            client.connection.sendall(block)
        raise TimeoutError
    client.connection.settimeout(PATIENCE)


def waiting(served: TinyServer) -> list[Cycle]:
    """Return the requests that wait for the responses before theirs."""
    connections = served.server.server_state.connections
    return [cycle for connection in connections for cycle, _ in connection.pipeline]  # type: ignore[union-attr, misc]


def test_at_most_16_requests_wait_and_all_are_answered_in_order(served: TinyServer) -> None:
    paths = [f"/number-{at}" for at in range(1_000)]
    with served.client() as client:
        client.send(HELD, *[f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths])
        assert served.app.held.wait(PATIENCE)
        served.pass_round()

        assert len(waiting(served)) == MOST
        served.app.let_go()
        assert [client.answer().document["path"] for _ in range(1_001)] == ["/held-back", *paths]
        assert client.is_open()


def test_a_version_in_a_body_does_not_make_its_request_wait_for_ever(served: TinyServer) -> None:
    body = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 10_000
    with served.client() as client:
        request = b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        client.send(request, request)

        assert [client.answer().document["body"] for _ in range(2)] == [body.decode()] * 2
        assert client.is_open()


def test_a_client_that_reads_nothing_is_not_read_either(served: TinyServer) -> None:
    with no_collection(), served.client() as client:
        before = cycles()
        flood(client, SMALL, 6_000_000)

        assert cycles() - before < 3 * MOST


def test_the_bodies_of_waiting_requests_have_a_limit(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /reads-and-is-held-back HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        flood(client, b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"a" * 60_000, 12_000_000)

        assert sum(len(cycle.body) for cycle in waiting(served)) < SEGMENT + 65_536
        served.app.let_go()


def test_a_request_behind_a_broken_one_is_not_read(served: TinyServer) -> None:
    with served.client() as client:
        client.send(HELD, SMALL * 100, b"rubbish\r\n\r\n", SMALL * 100)
        assert served.app.held.wait(PATIENCE)
        served.app.let_go()

        assert [client.answer().status for _ in range(101)] == [200] * 101
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_requests_that_wait_are_freed_with_their_connection(served: TinyServer) -> None:
    with no_collection():
        with served.client() as client:
            client.send(b"GET /watches HTTP/1.1\r\nHost: x\r\n\r\n", SMALL * 10)
            assert served.app.held.wait(PATIENCE)
            requests = [weakref.ref(cycle) for cycle in waiting(served)]
            client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert served.app.gone.wait(PATIENCE)
        served.pass_round()

        assert [request() for request in requests] == [None] * 10
