"""The work of a connection in one turn of the event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from mockserver.adapters.http1.input import PIECE
from mockserver.adapters.http1.protocol import Protocol, protocol

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1\r\na\r\n"
COUNT = 40_000
REST = PIECE // len(CHUNK) + 1


class Transport(asyncio.Transport):
    """A transport that notes whether its protocol reads."""

    is_read = True

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    def is_closing(self) -> bool:
        return False

    def write(self, data: Any) -> None:
        pass


def refuse(_status: int, message: str, _details: Mapping[str, object]) -> bytes:
    return message.encode()


async def takes_nothing(_scope: Any, _receive: Any, _send: Any) -> None:
    await asyncio.Event().wait()


class TakesAll:
    def __init__(self) -> None:
        self.body = b""

    async def __call__(self, _scope: Any, receive: Any, _send: Any) -> None:
        while True:
            message = await receive()
            self.body += message["body"]
            if not message["more_body"]:
                await asyncio.Event().wait()


def connection(app: Callable[..., Awaitable[None]], transport: Transport) -> Protocol:
    config = uvicorn.Config(app, log_config=None)
    config.load()
    made = protocol(refuse)(config, ServerState(), {}, asyncio.get_running_loop())
    assert isinstance(made, Protocol)
    made.connection_made(transport)
    return made


def test_a_body_of_many_chunks_is_parsed_a_piece_each_turn_and_not_read_on_meanwhile() -> None:
    async def main() -> None:
        transport = Transport()
        app = TakesAll()
        served = connection(app, transport)
        served.data_received(HEAD + CHUNK * COUNT)

        turns = 0
        while not served.backlog.is_empty:
            assert not transport.is_read
            size = len(served.cycle.body) + len(app.body)
            await asyncio.sleep(0)
            turns += 1
            assert len(served.cycle.body) + len(app.body) - size <= REST

        assert turns >= COUNT * len(CHUNK) // PIECE
        served.data_received(b"0\r\n\r\n")
        for _ in range(5):
            await asyncio.sleep(0)
        assert app.body == b"a" * COUNT
        assert transport.is_read

    asyncio.run(main())


def test_a_body_that_nobody_takes_any_more_is_read_to_its_end() -> None:
    async def refuses(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 413, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def main() -> None:
        transport = Transport()
        served = connection(refuses, transport)
        for data in (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"a" * 200_000, b"a" * 200_000):
            served.data_received(data)
            for _ in range(10):
                await asyncio.sleep(0)

            assert served.backlog.is_empty
            assert transport.is_read

    asyncio.run(main())


def test_a_body_that_the_application_does_not_take_is_not_read_on() -> None:
    async def main() -> None:
        transport = Transport()
        served = connection(takes_nothing, transport)
        served.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"a" * 200_000)
        for _ in range(10):
            await asyncio.sleep(0)

        assert served.backlog.is_empty
        assert not transport.is_read

    asyncio.run(main())
