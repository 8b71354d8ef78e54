"""The limits on the size of a request's head, on a real socket."""

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import TinyServer

CHUNKED = b"POST /good HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


def test_a_request_with_too_many_headers_is_refused(served: TinyServer) -> None:
    head = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 199
    with served.client() as client:
        assert client.send(head, b"\r\n").answer().status == 200
        assert client.send(head, b"a: b\r\n\r\n").answer().is_refusal(431, "too many headers", "200")
        assert client.is_closed()


def test_a_head_that_exceeds_the_limit_over_several_segments_is_refused(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\na: " + b"b" * 60_000)
        served.pass_round()
        assert client.send(b"b" * 10_000 + b"\r\n\r\n").answer().is_refusal(431, "too large")


def test_a_body_before_a_head_does_not_raise_the_head_limit(served: TinyServer) -> None:
    with served.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nHost: x\r\nContent-Length: 250000\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"c" * 250_000)
        served.app.let_go()
        assert client.answer().status == 200
        assert client.send(b"GET /", b"b" * 70_000).answer().is_refusal(431, "too large")


def test_endless_headers_are_refused_before_they_end(served: TinyServer) -> None:
    with served.client() as client:
        assert client.send(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 202).answer().is_refusal(431)
        client.send(b"\r\n", GOOD)
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen()


def test_trailers_are_not_passed_as_headers_and_are_limited(served: TinyServer) -> None:
    with served.client() as client:
        answer = client.send(CHUNKED, b"0\r\nx-trailer: b\r\n\r\n").answer()
        assert answer.document["headers"] == ["host", "transfer-encoding"]
        assert client.send(CHUNKED, b"0\r\n", b"x-trailer: b\r\n" * 300).answer().is_refusal(431)


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(b"0\r\na: " + b"b" * 70_000 + b"\r\n\r\n", id="a complete trailer"),
        pytest.param(b"0\r\n" + b"a: " + b"b" * 700_000, id="a trailer without end"),
        pytest.param(b"0\r\n" + b"b" * 700_000, id="the name of a trailer without end"),
        pytest.param(b"1;a=" + b"b" * 700_000, id="a chunk extension without end"),
    ],
)
def test_too_many_bytes_outside_the_chunks_of_a_body_are_refused(served: TinyServer, rest: bytes) -> None:
    with served.client() as client:
        assert client.send(CHUNKED, rest).answer().is_refusal(431, "too large", "65536")
        assert client.is_closed()
    served.pass_round()
    assert served.app.log in ([], ["POST /good"])


def test_trailers_in_many_segments_have_the_same_limit(served: TinyServer) -> None:
    with served.client() as client:
        client.send(CHUNKED, b"0\r\na: ")
        for _ in range(6):
            served.pass_round()
            client.send(b"b" * 10_000)
        assert client.send(b"\r\n\r\n").answer().status == 200
        client.send(CHUNKED, b"0\r\na: ")
        for _ in range(7):
            served.pass_round()
            client.send(b"b" * 10_000)
        assert client.answer().is_refusal(431, "too large")


def test_the_many_small_chunks_of_a_body_are_no_trailers(served: TinyServer) -> None:
    with served.client() as client:
        client.send(CHUNKED, b"1;x=y\r\na\r\n" * 50_000, b"0\r\n\r\n")
        assert len(client.answer().document["body"]) == 50_001


@pytest.mark.parametrize(
    "huge",
    [
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\na: " + b"b" * 70_000 + b"\r\n\r\n", id="a complete head"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\na: " + b"b" * 700_000, id="a header without end"),
        pytest.param(b"GET /" + b"b" * 700_000, id="a target without end"),
        pytest.param(b"GET /" + b"b" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="a complete target"),
        pytest.param(b"\r\n" * 400_000, id="empty lines without end"),
    ],
)
@pytest.mark.parametrize("before", [b"", GOOD], ids=["first", "behind another request"])
def test_an_oversized_head_is_refused(served: TinyServer, huge: bytes, before: bytes) -> None:
    with served.client() as client:
        client.send(before, huge)
        if before:
            assert client.answer().status == 200
        if huge.strip():
            assert client.answer().is_refusal(431, "too large", "65536")
            assert client.is_closed()


def test_a_head_that_begins_in_the_segment_of_another_request_is_measured_completely(served: TinyServer) -> None:
    with served.client() as client:
        assert client.send(GOOD, b"GET / HTTP/1.1\r\nHost: x\r\na: " + b"b" * 30_000).answer().status == 200
        assert client.send(b"b" * 40_000, b"\r\n\r\n").answer().is_refusal(431, "too large", "65536")


def test_a_head_in_many_segments_has_the_same_limit(served: TinyServer) -> None:
    head = b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\na: " + b"b" * 60_000 + b"\r\n\r\n"
    with served.client() as client:
        for _ in range(2):
            for at in range(0, len(head), 10_000):
                client.send(head[at : at + 10_000])
            client.send(b"c" * 100_000)
            assert len(client.answer().document["body"]) == 100_000


def test_a_body_does_not_count_as_the_head_of_the_next_request(served: TinyServer) -> None:
    body = b"c" * 200_000
    with served.client() as client:
        head = b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        client.send(head, body, b"GET /good HT")
        assert len(client.answer().document["body"]) == len(body)
        assert client.send(b"TP/1.1\r\nHost: x\r\n\r\n").answer().status == 200
