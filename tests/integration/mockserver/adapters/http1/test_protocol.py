"""Connections, pipelines, request targets and upgrades, on a real socket."""

import logging
import socket

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import TinyServer, tiny_server

GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_connection_is_reused(served: TinyServer) -> None:
    with served.client() as client:
        for at in range(20):
            answer = client.get(f"/good{at}", "POST", body=b"ab" * at)
            assert (answer.document["path"], answer.document["body"]) == (f"/good{at}", "ab" * at)
            assert "connection" not in answer.headers


def test_a_pipeline_is_read_only_as_far_as_needed(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.send((b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + b"a" * 60_000) * 700)
    served.app.let_go()


def test_pipelined_requests_are_answered_in_order(served: TinyServer) -> None:
    with served.client() as client, served.client() as other:
        paths = ["/held-back", "/two", "/three"]
        client.send(*[f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths])
        assert served.app.held.wait(PATIENCE)
        other.get("/release")
        assert [client.answer().document["path"] for _ in range(3)] == paths
        assert client.is_open()


@pytest.mark.parametrize(
    "rest", [b"", b"GET /unfin", b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"]
)
def test_a_client_that_has_finished_sending_gets_the_pending_responses(served: TinyServer, rest: bytes) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /two HTTP/1.1\r\nHost: x\r\n\r\n", rest)
        client.connection.shutdown(socket.SHUT_WR)
        assert served.app.held.wait(PATIENCE)
        other.get("/release")

        assert [client.answer().document["path"] for _ in range(2)] == ["/held-back", "/two"]
        assert client.is_closed()


def test_a_request_may_arrive_in_single_bytes(served: TinyServer) -> None:
    request = b"POST /good?a=b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    with served.client() as client:
        for byte in request:
            client.send(bytes([byte]))
        echoed = client.answer().document
        assert (echoed["path"], echoed["query"], echoed["body"]) == ("/good", "a=b", "ab")
        assert client.is_open()


@pytest.mark.parametrize(
    ("method", "target", "path", "query"),
    [
        ("OPTIONS", "*", "*", ""),
        ("GET", "http://example.org/a/b?c=d", "/a/b", "c=d"),
        ("GET", "http://example.org", "/", ""),
        ("GET", "http://example.org?c=d", "/", "c=d"),
        ("GET", "/a%20b%2Fc%25?d=%20#e", "/a b/c%", "d=%20"),
        ("GET", "//a/b", "//a/b", ""),
    ],
)
def test_every_form_of_request_target_has_a_path(
    served: TinyServer, method: str, target: str, path: str, query: str
) -> None:
    with served.client() as client:
        echoed = client.get(target, method).document
        assert (echoed["method"], echoed["path"], echoed["query"]) == (method, path, query)
        assert client.is_open()


@pytest.mark.parametrize("offer", [b"h2c", b"websocket"])
@pytest.mark.parametrize(
    "framing", [b"Content-Length: 2\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
)
def test_a_request_with_an_upgrade_offer_is_served_with_its_body(
    served: TinyServer, offer: bytes, framing: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /good?a=b HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + offer + b"\r\n"
    with served.client() as client:
        client.send(head, framing, head, framing, GOOD)
        for _ in range(2):
            echoed = client.answer().document
            assert (echoed["method"], echoed["path"], echoed["query"], echoed["body"]) == ("POST", "/good", "a=b", "{}")
        assert client.answer().document["method"] == "GET"
        assert client.is_open()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_request_with_an_upgrade_offer_may_arrive_in_single_bytes(served: TinyServer) -> None:
    with served.client() as client:
        for (
            byte
        ) in b"POST /good HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}":
            client.send(bytes([byte]))
        assert client.answer().document["body"] == "{}"
        assert client.is_open()


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n"])
def test_an_http_1_0_connection_is_closed(served: TinyServer, connection: bytes) -> None:
    with served.client() as client:
        answer = client.send(b"GET /good HTTP/1.0\r\n", connection, b"\r\n").answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.is_closed()


@pytest.mark.parametrize("asking", [b"HTTP/1.1\r\nHost: x\r\nConnection: close", b"HTTP/1.0\r\nConnection: keep-alive"])
def test_a_connection_to_be_closed_is_closed_and_later_requests_are_not_served(
    served: TinyServer, asking: bytes
) -> None:
    with served.client() as client:
        client.send(b"GET /held-back ", asking, b"\r\n\r\n", GOOD, b"rubbish\r\n\r\n")
        with served.client() as other:
            other.get("/release")
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen("GET /held-back", "GET /release")


def test_a_stop_waits_for_the_pending_response_and_closes_idle_connections() -> None:
    with tiny_server("uvloop") as served, served.client() as idle, served.client() as client, served.client() as other:
        assert idle.is_open()
        assert other.is_open()
        client.send(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        other.send(b"GET /good HT")
        served.server.should_exit = True
        assert idle.is_closed()
        assert other.is_closed()
        served.app.let_go()
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()
