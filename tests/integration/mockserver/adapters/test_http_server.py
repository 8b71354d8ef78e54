"""The limits of the HTTP server, as its settings give them."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from mockserver.adapters.http1.protocol import protocol
from mockserver.adapters.http_server import HttpServer
from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.tiny_application import TinyApplication, refuse

PATIENCE = 20
HALF = (
    b"POST /v1/accounts/a00000000000000000000001/audiences HTTP/1.1\r\nHost: x\r\n"
    b"Authorization: Bearer sk_test_all_permissions\r\nContent-Length: 5\r\n\r\n12"
)
REQUEST = b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def listening(settings: Settings) -> Iterator[tuple[str, int]]:
    with served(settings) as (url, _):
        host, port = url.removeprefix("http://").split(":")
        yield host, int(port)


def received(connection: socket.socket) -> bytes:
    """Return all that arrives on a connection until it is closed."""
    connection.settimeout(PATIENCE)
    with connection.makefile("rb") as reader:
        return reader.read()


def received_nothing(connection: socket.socket) -> bool:
    connection.settimeout(PATIENCE)
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_connection_above_the_limit_is_503_and_earlier_connections_are_served() -> None:
    with listening(Settings(max_connections=2)) as address, ExitStack() as stack:
        first, second, third = (stack.enter_context(socket.create_connection(address)) for _ in range(3))
        for connection in (first, second):
            connection.sendall(REQUEST[:-2])  # one that is idle would make room
        third.sendall(REQUEST)

        answer = received(third)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b'"success":false' in answer
        for connection in (first, second):
            connection.sendall(REQUEST[-2:])
            assert connection.recv(12) == b"HTTP/1.1 200"
        first.close()
        assert httpx.get(f"http://{address[0]}:{address[1]}/_mock/health").status_code == 200


def test_an_idle_connection_is_kept_for_longer_than_clients_keep_theirs() -> None:
    app = TinyApplication()

    running = HttpServer(app, protocol(refuse))

    assert running.config.timeout_keep_alive == 75


def test_connections_far_above_the_limit_are_closed_without_a_response() -> None:
    with listening(Settings(max_connections=1)) as address, ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(address)) for _ in range(18)]

        assert received_nothing(opened[-1])


@pytest.mark.parametrize(
    ("settings", "sent", "status"),
    [
        (Settings(header_timeout=0.05), b"GET / HTTP/1.1\r\nHost", b"408"),
        (Settings(body_timeout=0.05), HALF, b"408"),
        (Settings(max_head=200), b"GET / HTTP/1.1\r\nX: " + b"x" * 300 + b"\r\n\r\n", b"431"),
        (Settings(max_headers=3), b"GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n", b"431"),
    ],
)
def test_time_and_size_of_a_request_are_limited(settings: Settings, sent: bytes, status: bytes) -> None:
    with listening(settings) as address, socket.create_connection(address) as connection:
        connection.sendall(sent)

        assert received(connection).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("path", ["/v1/accounts/a00000000000000000000001/audiences", "/_mock/sandboxes"])
def test_the_size_of_a_body_is_limited_on_both_planes(path: str) -> None:
    headers = {"Authorization": "Bearer sk_test_all_permissions"}
    with served(Settings(max_body=100)) as (url, _):
        answer = httpx.post(url + path, json={"name": "x" * 100, "type": "on_demand"}, headers=headers)

    assert answer.status_code == 413
