"""Heads that can be parsed, and that a server must refuse or read in a certain way, on a real socket."""

from collections.abc import Iterator

import pytest

from mockserver.config import Settings
from tests.harness.http1_client import Client
from tests.harness.in_thread import served as real_server
from tests.harness.tiny_application import TinyServer

KEPT = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of the real server, whose control plane looks at the host of a request."""
    with real_server(Settings()) as (url, _):
        yield int(url.rpartition(":")[2])


@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param(b"", id="no host"),
        pytest.param(b"Host: a\r\nHost: a\r\n", id="the same host twice"),
        pytest.param(b"Host: a\r\nX: y\r\nhost: b\r\n", id="two hosts"),
        pytest.param(b"Host: a b\r\n", id="a blank"),
        pytest.param(b"Host: a, b\r\n", id="a list"),
        pytest.param(b"Host: a/b\r\n", id="a path"),
        pytest.param(b"Host: http://a\r\n", id="a URL"),
        pytest.param(b"Host: user@a\r\n", id="a user"),
        pytest.param(b"Host: a:b\r\n", id="a port that is no number"),
        pytest.param(b"Host: a:1:2\r\n", id="two ports"),
        pytest.param(b"Host: %4\r\n", id="half an escape"),
        pytest.param(b"Host: \xc3\xa9\r\n", id="a letter that is not ASCII"),
        pytest.param(b"Host: [::1\r\n", id="half a bracket"),
        pytest.param(b"Host: [127.0.0.1]\r\n", id="IPv4 in brackets"),
        pytest.param(b"Host: [::1]a\r\n", id="something behind a bracket"),
    ],
)
def test_a_request_without_one_valid_host_is_refused(served: TinyServer, hosts: bytes) -> None:
    with served.client() as client:
        answer = client.send(KEPT, b"GET / HTTP/1.1\r\n", hosts, b"\r\n", KEPT)
        assert answer.answer().status == 200
        assert client.answer().is_refusal(400, "Host")
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen("GET /good")


@pytest.mark.parametrize(
    "host", ["", "localhost", "a.example:8080", "127.0.0.1:", "[::1]", "[2001:db8::7]:80", "x_y~z", "%41"]
)
def test_a_request_with_a_valid_host_is_served(served: TinyServer, host: str) -> None:
    with served.client() as client:
        answer = client.send(f"GET /good HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).answer()
        assert answer.document["host"] == [host]
        assert client.is_open()


@pytest.mark.parametrize(("hosts", "status"), [(b"", 200), (b"Host: a\r\n", 200), (b"Host: a\r\nHost: b\r\n", 400)])
def test_a_request_of_http_1_0_needs_no_host_and_may_not_have_two(
    served: TinyServer, hosts: bytes, status: int
) -> None:
    with served.client() as client:
        assert client.send(b"GET /good HTTP/1.0\r\n", hosts, b"\r\n").answer().status == status


@pytest.mark.parametrize("end", [b"", b" HTTP/0.9", b" HTTP/2.0"])
def test_another_version_of_http_is_refused(served: TinyServer, end: bytes) -> None:
    with served.client() as client:
        assert client.send(b"GET /good", end, b"\r\nHost: x\r\n\r\n").answer().is_refusal(505, "HTTP/1.1")
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen()


@pytest.mark.parametrize(
    ("version", "coding", "status"),
    [
        (b"1.1", b"gzip, chunked", 501),
        (b"1.1", b"cow, chunked", 501),
        (b"1.1", b"identity, chunked", 501),
        (b"1.1", b"chunked, chunked", 400),
        (b"1.1", b"chunked\r\nTransfer-Encoding: chunked", 400),
        (b"1.1", b"gzip", 400),
        (b"1.1", b"chunked, gzip", 400),
        (b"1.1", b"chunked;q=1", 400),
        (b"1.1", b"", 400),
        (b"1.0", b"chunked", 400),
    ],
)
def test_a_transfer_coding_that_is_not_chunked_alone_is_refused(
    served: TinyServer, version: bytes, coding: bytes, status: int
) -> None:
    head = b"POST /good HTTP/%b\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n" % (version, coding)
    with served.client() as client:
        assert client.send(head, b"2\r\n{}\r\n0\r\n\r\n", KEPT).answer().is_refusal(status)
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen()


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked", b" chunked "])
def test_a_chunked_body_is_served(served: TinyServer, coding: bytes) -> None:
    head = b"POST /good HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n" % coding
    with served.client() as client:
        assert client.send(head, b"2\r\n{}\r\n0\r\n\r\n").answer().document["body"] == "{}"
        assert client.is_open()


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://b.example/good", "b.example"),
        ("http://b.example:81?x", "b.example:81"),
        ("HTTP://[::1]:82/", "[::1]:82"),
    ],
)
def test_the_host_of_an_absolute_target_replaces_the_header(served: TinyServer, target: str, host: str) -> None:
    with served.client() as client:
        answer = client.send(f"GET {target} HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n".encode()).answer()
        assert (answer.document["host"], answer.document["headers"]) == ([host], ["host", "x"])
        assert client.is_open()


@pytest.mark.parametrize(
    "target", ["http://user:word@b/", "http://user@b/", "http://[1.2.3.4]/", "http:///", "http://"]
)
def test_an_absolute_target_without_a_plain_host_is_refused(served: TinyServer, target: str) -> None:
    with served.client() as client:
        assert client.send(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()).answer().is_refusal(400)
        assert client.is_closed()


@pytest.mark.parametrize(("target", "host", "status"), [("evil.example", "localhost", 403), ("localhost", "evil", 200)])
def test_the_control_plane_looks_at_the_host_of_an_absolute_target(
    port: int, target: str, host: str, status: int
) -> None:
    with Client(port) as client:
        request = f"GET http://{target}/_mock/sandboxes HTTP/1.1\r\nHost: {host}\r\n\r\n"
        assert client.send(request.encode()).answer().status == status


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (b"GET /v1/accounts HTTP/1.1\r\n\r\n", 400, "VALIDATION_ERROR"),
        (b"GET /v1/accounts\r\n\r\n", 505, "HTTP_VERSION_NOT_SUPPORTED"),
        (b"GET /v1/accounts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: a, chunked\r\n\r\n", 501, "NOT_IMPLEMENTED"),
    ],
)
def test_the_refusal_of_a_head_is_the_documented_envelope(port: int, request_: bytes, status: int, code: str) -> None:
    with Client(port) as client:
        answer = client.send(request_).answer()

    assert (answer.status, answer.document["success"], answer.document["error"]["code"]) == (status, False, code)
    assert answer.document["error"]["details"]["rule"] == "http"
    assert answer.document["traceId"]
