"""JSON responses that an application gives in one call: the same bytes as those of two messages."""

import pytest

from tests.harness.tiny_application import TinyServer

REQUESTS = {
    "usual": (b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n", b"", True),
    "own header": (b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n", b"?own", True),
    "closed by the application": (b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n", b"?close", True),
    "closed by the client": (b"GET %b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"", True),
    "HTTP/1.0": (b"GET %b HTTP/1.0\r\n\r\n", b"", True),
    "unread body": (b"POST %b HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", b"", True),
    "HEAD": (b"HEAD %b HTTP/1.1\r\nHost: x\r\n\r\n", b"", False),
    "large": (b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n", b"?large", False),
}


def received(served: TinyServer, request: bytes) -> bytes:
    """Return all bytes of a response but its date."""
    with served.client() as client:
        client.send(request, b"" if b"close" in request or b"1.0" in request else b"GET /close HTTP/1.0\r\n\r\n")
        lines = client.reader.read().split(b"\r\n")
    return b"\r\n".join(line for line in lines if not line.startswith(b"date: "))


@pytest.mark.parametrize("name", REQUESTS)
def test_a_response_in_one_call_has_the_bytes_of_one_in_messages(served: TinyServer, name: str) -> None:
    request, query, is_possible = REQUESTS[name]

    at_once = received(served, request % (b"/json-at-once" + query))

    assert ("in one call" in served.app.log) == is_possible
    assert at_once == received(served, request % (b"/json" + query))
    assert at_once.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_response_that_has_begun_is_not_given_in_one_call(served: TinyServer) -> None:
    with served.client() as client:
        response = client.get("/begins-and-gives-json")

    assert response.body == b"begun"
    assert "refused" in served.app.log
