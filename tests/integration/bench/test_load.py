"""The load generator with a server whose responses a test chooses."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from tests.bench.failure import BenchError
from tests.bench.load import Load, Plan, load
from tests.bench.requests import in_turn

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
REQUEST = b"GET / HTTP/1.1\r\n\r\n"

Answer = Callable[[asyncio.Transport], None]


class Serving(asyncio.Protocol):
    """A connection of the server; a request comes in one piece."""

    def __init__(self, answer: Answer, over: list[asyncio.Future[None]]) -> None:
        self._answer = answer
        self._over = asyncio.get_running_loop().create_future()
        over.append(self._over)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, _data: bytes) -> None:
        self._answer(self._transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._over.set_result(None)


async def load_of(answer: Answer, *, requests: int = 40) -> Load:
    """Load a server with requests on four connections."""
    over: list[asyncio.Future[None]] = []
    server = await asyncio.get_running_loop().create_server(lambda: Serving(answer, over), "127.0.0.1", 0)
    try:
        plan = Plan("requests", in_turn(iter([REQUEST] * requests)), (200,), 4, 30)
        return await load(plan, server.sockets[0].getsockname()[1], lambda: {"server": 1.0})
    finally:
        server.close()
        await asyncio.gather(*over)


def whole(transport: asyncio.Transport) -> None:
    transport.write(ANSWER)


def in_parts(transport: asyncio.Transport) -> None:
    transport.write(ANSWER[:20])
    asyncio.get_running_loop().call_soon(transport.write, ANSWER[20:])


def refused(transport: asyncio.Transport) -> None:
    transport.write(ANSWER.replace(b"200 OK", b"404 Not Found"))


def hang_up(transport: asyncio.Transport) -> None:
    transport.close()


@pytest.mark.parametrize("answer", [whole, in_parts])
def test_every_request_except_the_first_of_each_connection_is_counted(answer: Answer) -> None:
    assert asyncio.run(load_of(answer)).requests == 36


def test_the_cpu_time_of_a_load_is_the_difference_of_two_readings() -> None:
    assert asyncio.run(load_of(whole)).cpu == {"server": 0.0}


@pytest.mark.parametrize(
    ("answer", "reason"), [(refused, "'HTTP/1.1 200 ' was expected"), (hang_up, "the server closed a connection")]
)
def test_a_wrong_response_is_an_error(answer: Answer, reason: str) -> None:
    with pytest.raises(BenchError, match=reason):
        asyncio.run(load_of(answer))


def test_a_measurement_that_runs_out_of_requests_is_an_error() -> None:
    with pytest.raises(BenchError, match="nothing was left to send"):
        asyncio.run(load_of(whole, requests=4))
