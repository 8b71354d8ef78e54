"""Requests that cannot be parsed, and refusals in general, on a real socket."""

import threading

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import LARGE, TinyServer, tiny_server

GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"rubbish\r\n\r\n", id="a garbage request line"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="a TLS greeting"),
        pytest.param(b"BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n", id="an unknown method"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="an unknown version"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="a greeting in HTTP 2"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", id="a header without a colon"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\na: b\r\n folded\r\n\r\n", id="a folded header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\na: b\x00c\r\n\r\n", id="a NUL in a header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\na\x00: b\r\n\r\n", id="a NUL in a header's name"),
        pytest.param("GET /é HTTP/1.1\r\nHost: x\r\n\r\n".encode(), id="a target that is not ASCII"),
        pytest.param(b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n".replace(b"//[", b"http://["), id="a target without a host"),
        pytest.param(b"GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", id="a target without a slash"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", id="a negative length"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", id="an absurd length"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            id="a length and chunks",
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a bad chunk size"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
            id="a chunk that is too long",
        ),
    ],
)
def test_an_unparsable_request_is_refused_in_the_envelope_and_the_connection_is_closed(
    served: TinyServer, broken: bytes
) -> None:
    with served.client() as client:
        assert client.send(broken).answer().is_refusal(400, "could not be parsed")
        assert client.is_closed()


def test_the_refusal_of_an_unparsable_request_names_the_parser_error(served: TinyServer) -> None:
    with served.client() as client:
        answer = client.send(b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n").answer()
        assert answer.document["details"]["problem"] == "Invalid header token"
        assert "date" in answer.headers


def test_bytes_after_a_broken_request_are_not_parsed(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"rubbish\r\n\r\n", GOOD).answer().is_refusal(400)
        assert client.is_closed()
    assert served.has_seen()


def test_a_good_request_before_garbage_is_answered_first(served: TinyServer) -> None:
    with served.client() as client:
        client.send(GOOD, GOOD, b"rubbish\r\n\r\n")
        assert [client.answer().document["path"] for _ in range(2)] == ["/good", "/good"]
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_the_refusal_of_garbage_waits_for_the_pending_response(served: TinyServer) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"rubbish\r\n\r\n")
        other.get("/release")
        assert client.answer().document["path"] == "/held-back"
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_a_request_with_a_broken_body_in_the_pipeline_is_refused_in_its_turn_and_never_served(
    served: TinyServer,
) -> None:
    with served.client() as client, served.client() as other:
        client.send(
            b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        )
        assert served.app.held.wait(PATIENCE)
        other.get("/release")
        assert client.answer().document["path"] == "/held-back"
        assert client.answer().is_refusal(400)
        assert client.is_closed()
    assert served.has_seen("GET /held-back", "GET /release")


def test_a_body_that_breaks_after_the_response_began_closes_the_connection_without_another_response(
    served: TinyServer,
) -> None:
    with served.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        while b"begun" not in client.reader.readline():
            pass
        client.send(b"zz\r\n")
        assert client.is_closed()
    assert served.app.gone.wait(PATIENCE)


def test_a_body_that_breaks_after_the_complete_response_closes_the_connection(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert client.answer().body == b"no"
        client.send(b"zz\r\n")
        assert client.is_closed()


def test_the_application_is_told_of_a_broken_body(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /watches HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert served.app.held.wait(PATIENCE)
        assert client.send(b"zz\r\n").answer().is_refusal(400)
        assert served.app.gone.wait(1), "only the end of the connection told it"


def test_a_late_application_does_not_write_after_a_refusal(
    served: TinyServer, caplog: pytest.LogCaptureFixture
) -> None:
    with served.client() as client:
        client.send(
            b"POST /held-back HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        assert served.app.held.wait(PATIENCE)
        client.send(b"zz\r\n")
        served.app.let_go()
        assert client.answer().is_refusal(400)
        assert served.app.gone.wait(1)
        assert client.is_closed()
    assert not caplog.records


def test_a_refusal_reaches_a_client_that_is_still_sending(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"186a0\r\n", b"a" * 100_000, b"\r\nzz\r\n", b"a" * 20_000_000)
        served.app.let_go()
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_a_client_that_does_not_close_after_a_refusal_is_disconnected(
    served: TinyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mockserver.adapters.http1.protocol._LINGER", 0.05)
    with served.client() as client:
        assert client.send(b"rubbish\r\n\r\n").answer().is_refusal(400)
        waiting = threading.Event()
        with pytest.raises(ConnectionError):  # noqa: PT012  (whichever of them meets the end)
            for _ in range(100):
                client.send(b"a")
                waiting.wait(0.02)


def test_an_error_in_the_protocol_itself_is_a_500_in_the_envelope(
    served: TinyServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: bytes) -> None:
        raise LookupError

    monkeypatch.setattr("httptools.parse_url", broken)
    with served.client() as client:
        assert client.send(GOOD).answer().is_refusal(500)
    assert "Exception in HTTP protocol" in caplog.text


def test_a_connect_request_is_refused(served: TinyServer) -> None:
    with served.client() as client:
        client.send(GOOD, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
        assert client.answer().status == 200
        assert client.answer().is_refusal(400, "CONNECT", "proxy")
        assert client.is_closed()


def test_a_refusal_after_a_large_response_leaves_it_complete(served: TinyServer) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", b"rubbish\r\n\r\n")
        assert other.is_open()
        assert client.answer().body == LARGE
        assert client.answer().is_refusal(400)


def test_a_connection_above_the_limit_is_a_503_in_the_envelope() -> None:
    with tiny_server("uvloop", limit=1) as served, served.client() as client:
        answer = client.get("/good")
        assert answer.is_refusal(503, "busy")
        assert client.is_closed()
