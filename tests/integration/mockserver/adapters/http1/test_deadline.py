"""The time that a head and a body may take, on a real socket."""

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import TinyServer, tiny_server

GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", GOOD + b"GET / HT"])
def test_an_incomplete_head_is_refused_in_time(hasty: TinyServer, beginning: bytes) -> None:
    with hasty.client() as client:
        client.send(beginning)
        if beginning.startswith(GOOD):
            assert client.answer().status == 200
        assert client.answer().is_refusal(408, "head", "0.05 seconds")
        assert client.is_closed()


def test_the_head_after_a_complete_request_has_its_own_time(hasty: TinyServer) -> None:
    with hasty.client() as client:
        client.send(b"GET /good HT")
        hasty.pass_round()
        client.send(b"TP/1.1\r\nHost: x\r\n\r\nGET /good HT")
        assert client.answer().status == 200
        assert client.answer().is_refusal(408, "head")


def test_the_keep_alive_time_does_not_shorten_the_time_of_a_head() -> None:
    with tiny_server("uvloop", keep_alive=0.05, header_timeout=30) as served, served.client() as client:
        client.send(GOOD, b"GET /good HT")
        assert client.answer().status == 200
        assert client.hears_nothing()
        assert client.send(b"TP/1.1\r\nHost: x\r\n\r\n").answer().status == 200
        assert client.is_closed()


def test_a_waiting_refusal_is_not_overtaken_by_a_deadline() -> None:
    with tiny_server("uvloop", header_timeout=0.2) as served, served.client() as client:
        client.send(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        served.pass_round()
        client.send(b"no colon\r\n")
        assert client.hears_nothing()
        served.app.let_go()
        assert client.answer().document["path"] == "/held-back"
        assert client.answer().is_refusal(400)


def test_single_bytes_do_not_prolong_the_time_of_a_head() -> None:
    with tiny_server("uvloop", header_timeout=0.3) as served, served.client() as client:
        client.connection.settimeout(0.02)
        refused = b""
        for byte in b"GET /" + b"x" * 200:
            client.send(bytes([byte]))
            try:
                refused = client.connection.recv(100)
                break
            except TimeoutError:
                continue
        assert refused.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("framing", [b"Content-Length: 9\r\n\r\nab", b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"])
def test_a_stalled_body_is_refused_in_time(hasty: TinyServer, framing: bytes) -> None:
    with hasty.client() as client:
        assert client.send(b"POST / HTTP/1.1\r\nHost: x\r\n", framing).answer().is_refusal(408, "body", "0.05 seconds")
        assert client.is_closed()
    assert hasty.app.gone.wait(PATIENCE)


def test_a_body_has_its_own_timeout() -> None:
    with tiny_server("uvloop", body_timeout=0.05) as served, served.client() as client:
        client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        assert client.answer().is_refusal(408, "body")


def test_a_body_that_makes_progress_does_not_time_out() -> None:
    with tiny_server("uvloop", header_timeout=0.3, body_timeout=0.3) as served, served.client() as client:
        client.send(b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n")
        client.connection.settimeout(0.02)
        for _ in range(29):
            client.send(b"a")
            with pytest.raises(TimeoutError):
                client.connection.recv(1)
        client.connection.settimeout(PATIENCE)
        client.send(b"a")
        assert client.connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_body_that_stalls_after_the_response_began_closes_the_connection_without_another_response(
    hasty: TinyServer,
) -> None:
    with hasty.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na")
        received = client.reader.read()
    assert received.count(b"HTTP/1.1") == 1
    assert received.endswith(b"begun\r\n")
    assert hasty.app.gone.wait(PATIENCE)


def test_a_slow_application_does_not_time_out_its_client(hasty: TinyServer) -> None:
    for request in (
        b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /held-back HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n",
    ):
        hasty.app.reset()
        with hasty.client() as client:
            client.send(request)
            if request.startswith(b"POST"):
                client.send(b"a" * 300_000)
            assert hasty.app.held.wait(PATIENCE)
            assert client.hears_nothing()
            hasty.app.let_go()
            assert client.answer().status == 200


def test_a_client_that_still_waits_for_100_continue_does_not_time_out(hasty: TinyServer) -> None:
    with hasty.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert hasty.app.held.wait(PATIENCE)
        assert client.hears_nothing()
        hasty.app.let_go()
        assert client.answer().status == 100


def test_an_idle_connection_is_closed_without_a_response(hasty: TinyServer) -> None:
    with hasty.client() as client:
        assert client.get("/good").status == 200
        assert client.is_closed()


def test_an_idle_connection_is_closed_after_a_body_that_followed_its_response(hasty: TinyServer) -> None:
    with hasty.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().body == b"no"
        client.send(b"ab")
        assert client.is_closed()
