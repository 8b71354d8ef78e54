"""A request and its response, on a real socket."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import LARGE, MEGABYTE, TinyServer, tiny_server

GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("path", ["/good", "/stream", "/large"])
def test_a_response_to_head_has_no_body(served: TinyServer, path: str) -> None:
    with served.client() as client:
        answer = client.get(path, "HEAD")
        assert answer.status == 200
        assert "transfer-encoding" not in answer.headers
        assert client.is_open()


def test_a_client_that_expects_100_continue_gets_it(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /good HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().status == 100
        assert client.send(b"ab").answer().document["body"] == "ab"
        assert client.is_open()


def test_a_client_that_got_no_100_continue_gets_a_closing_response(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()


def test_a_client_gets_no_100_continue_after_the_response_began(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        client.send(b"a")
        served.pass_round()
        client.connection.shutdown(socket.SHUT_WR)
        assert b"100 Continue" not in client.reader.read()


def test_a_closing_response_reaches_a_client_that_is_still_sending(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read-and-closes HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n")
        client.send(b"a" * 3_000_000)
        assert client.answer().body == b"no"
        assert client.is_closed()


def test_a_body_after_its_response_is_skipped(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")
        assert client.answer().body == b"no"
        assert client.send(b"defghi").is_open()


@pytest.mark.parametrize("path", ["/fails", "/fails-after-start", "/too-long", "/too-short", "/bad-header"])
def test_an_application_that_fails_before_sending_a_body_is_a_500_in_the_envelope(
    served: TinyServer, path: str
) -> None:
    with served.client() as client:
        answer = client.get(path)
        assert answer.is_refusal(500, "fault of the mock server")
        assert "x-lost" not in answer.headers
        assert client.is_closed()


def test_an_application_that_fails_within_its_body_closes_the_connection(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /fails-in-body HTTP/1.1\r\nHost: x\r\n\r\n")
        received = client.reader.read()
        assert received.count(b"HTTP/1.1") == 1
        assert received.endswith(b"\r\n\r\n12")


def test_a_stream_arrives_completely_in_chunks(served: TinyServer) -> None:
    with served.client() as client:
        answer = client.get("/stream")
        assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"one,two,three")
        assert client.is_open()


def test_a_response_without_content_has_neither_length_nor_chunks(served: TinyServer) -> None:
    with served.client() as client:
        answer = client.get("/no-content")
        assert answer.status == 204
        assert not {"transfer-encoding", "content-length"} & answer.headers.keys()
        assert client.is_open()


def test_a_large_response_reaches_a_slow_reader_completely(served: TinyServer) -> None:
    with served.client() as client:
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        served.pass_round()
        assert client.answer().body == LARGE
        assert client.is_open()


def test_a_large_stream_waits_for_a_slow_reader_and_arrives_completely(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /large-stream HTTP/1.1\r\nHost: x\r\n\r\n")
        served.pass_round()
        assert 0 < served.app.sent < 40 * MEGABYTE
        assert client.answer().body == 40 * LARGE[:MEGABYTE]
        assert client.is_open()


@pytest.mark.parametrize("behind", [b"", GOOD, b"rubbish\r\n\r\n"])
def test_the_application_is_told_of_a_disconnect_even_behind_pipelined_bytes(served: TinyServer, behind: bytes) -> None:
    with served.client() as client:
        client.send(b"GET /watches HTTP/1.1\r\nHost: x\r\n\r\n", behind)
        assert served.app.held.wait(PATIENCE)
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert served.app.gone.wait(PATIENCE)


def test_a_response_in_one_piece_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    whole: Callable[..., Any] = asyncio.selector_events._SelectorSocketTransport.write  # type: ignore[attr-defined]  # noqa: SLF001

    def counted(self: Any, data: bytes) -> None:
        writes.append(data)
        whole(self, data)

    monkeypatch.setattr("asyncio.selector_events._SelectorSocketTransport.write", counted)
    with tiny_server("asyncio") as served, served.client() as client:
        client.get("/good")
        client.get("/good", "HEAD")
    assert len(writes) == 2
