"""The number of connections, on a real socket."""

from contextlib import ExitStack

import pytest

from tests.harness.http1_client import PATIENCE
from tests.harness.tiny_application import tiny_server

BUSY = [
    pytest.param(b"", id="silent"),
    pytest.param(b"GET /good HT", id="within a head"),
    pytest.param(b"POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na", id="within a body"),
    pytest.param(b"GET /held-back HTTP/1.1\r\nHost: x\r\n\r\n", id="waiting for a response"),
]


def test_the_connection_that_is_idle_for_the_longest_time_gives_way_to_a_further_one() -> None:
    with tiny_server("asyncio", keep_alive=60, max_connections=3) as served, ExitStack() as stack:
        first, second, third = (stack.enter_context(served.client()) for _ in range(3))
        for client in (first, second, third, first):
            assert client.get("/good").status == 200
        fourth = stack.enter_context(served.client())
        assert fourth.get("/good").status == 200

        assert second.is_closed()
        assert all(client.is_open() for client in (third, first, fourth))


@pytest.mark.parametrize("sent", BUSY)
def test_a_connection_that_is_not_idle_does_not_give_way(sent: bytes) -> None:
    with tiny_server("uvloop", max_connections=1) as served, served.client() as first, served.client() as second:
        if sent:
            first.send(sent)
        if b"held" in sent:
            assert served.app.held.wait(PATIENCE)

        assert second.get("/good").is_refusal(503, "busy")
        if b"held" in sent:
            served.app.let_go()
            assert first.answer().status == 200
