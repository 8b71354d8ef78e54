"""A tiny ASGI application on the server's HTTP protocol; some of its paths misbehave."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn

from mockserver.adapters.http1.protocol import protocol
from mockserver.adapters.http1.refusals import Limits
from mockserver.recording.json_responder import respond_at_once
from tests.harness.http1_client import PATIENCE, Client

MEGABYTE = 1 << 20
LARGE = bytes(range(256)) * 20_480  # 5 MB


def refuse(status: int, message: str, details: Mapping[str, object]) -> bytes:
    return json.dumps({"success": False, "status": status, "message": message, "details": details}).encode()


def _document(scope: Any) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    words = scope["query_string"].decode().split("&")
    headers = [(b"connection", b"close")] if "close" in words else [(b"x-own", b"1")] if "own" in words else []
    return (LARGE[:MEGABYTE] if "large" in words else b'{"a": 1}'), headers


class TinyApplication:
    """An application that echoes requests; some paths misbehave, and `/held-back` waits for `/release`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.log: list[str] = []
        self.held = threading.Event()
        self.gone = threading.Event()
        self.sent = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.log.append(f"{scope['method']} {scope['path']}")
        if self._loop is None:
            self._loop, self._release = asyncio.get_running_loop(), asyncio.Event()
        special = getattr(self, scope["path"].strip("/").replace("-", "_").replace("*", "") or "echo", self.echo)
        await special(scope, receive, send)

    async def echo(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.gone.set()
                return
            body, more = body + message["body"], message["more_body"]
        echoed = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "headers": [name.decode() for name, _ in scope["headers"]],
            "host": [value.decode() for name, value in scope["headers"] if name == b"host"],
            "body": body.decode(),
        }
        await self.answer(send, json.dumps(echoed).encode())

    async def answer(self, send: Any, content: bytes, *headers: tuple[bytes, bytes]) -> None:
        await self.start(send, (b"content-length", b"%d" % len(content)), *headers)
        await send({"type": "http.response.body", "body": content})

    async def start(self, send: Any, *headers: tuple[bytes, bytes]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def held_back(self, scope: Any, receive: Any, send: Any) -> None:
        self.held.set()
        await self._release.wait()
        await self.echo(scope, receive, send)

    async def reads_and_is_held_back(self, _scope: Any, receive: Any, send: Any) -> None:
        self.held.set()
        await asyncio.sleep(0)  # a timeout needs a task, and the server may have started this without one
        for _ in range(20):
            with suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    await receive()
        await self._release.wait()
        await self.answer(send, b"read")

    async def release(self, scope: Any, receive: Any, send: Any) -> None:
        self._release.set()
        await self.echo(scope, receive, send)

    def let_go(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._release.set)

    async def watches(self, _scope: Any, receive: Any, _send: Any) -> None:
        await receive()
        self.held.set()
        await receive()
        self.gone.set()

    async def does_not_read(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.answer(send, b"no")

    async def does_not_read_and_closes(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.answer(send, b"no", (b"connection", b"close"))

    async def begins_and_reads(self, _scope: Any, receive: Any, send: Any) -> None:
        await self.start(send)
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone.set()

    async def fails(self, *_: Any) -> None:
        raise LookupError

    async def fails_after_start(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"5"), (b"x-lost", b"1"))
        raise LookupError

    async def fails_in_body(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"5"))
        await send({"type": "http.response.body", "body": b"12", "more_body": True})
        raise LookupError

    async def too_long(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"1"))
        await send({"type": "http.response.body", "body": b"12", "more_body": True})

    async def too_short(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"3"))
        await send({"type": "http.response.body", "body": b"12"})

    async def bad_header(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.answer(send, b"", (b"x-split", b"a\r\nx-injected: b"))

    async def stream(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send)
        for piece in (b"", b"one,", b"two,", b"three"):
            await send({"type": "http.response.body", "body": piece, "more_body": piece != b"three"})

    async def large(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.answer(send, LARGE)

    async def large_stream(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send)
        for _ in range(40):
            await send({"type": "http.response.body", "body": LARGE[:MEGABYTE], "more_body": True})
            self.sent += MEGABYTE
        await send({"type": "http.response.body"})
        self.gone.set()

    async def json(self, scope: Any, _receive: Any, send: Any) -> None:
        """Send a JSON document, with the headers and the size that the query names, in two messages."""
        content, headers = _document(scope)
        length = b"%d" % len(content)
        start = [(b"content-type", b"application/json"), (b"content-length", length), *headers]
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": content})

    async def json_at_once(self, scope: Any, receive: Any, send: Any) -> None:
        """Send the same in one call, if that is possible."""
        if respond_at_once(send, 200, *_document(scope)):
            self.log.append("in one call")
        else:
            await self.json(scope, receive, send)

    async def begins_and_gives_json(self, _scope: Any, _receive: Any, send: Any) -> None:
        await self.start(send, (b"content-length", b"5"))
        self.log.append("given" if respond_at_once(send, 200, b"{}", []) else "refused")
        await send({"type": "http.response.body", "body": b"begun"})

    async def no_content(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


@dataclass
class TinyServer:
    port: int
    app: TinyApplication
    server: uvicorn.Server

    def client(self) -> Client:
        return Client(self.port)

    def pass_round(self) -> None:
        """Return when the server has read everything sent before."""
        with self.client() as other:
            assert other.get("/round").status == 200
        self.app.log.remove("GET /round")

    def has_seen(self, *lines: str) -> bool:
        return self.app.log == list(lines)


@contextmanager
def tiny_server(loop: str, keep_alive: float = 5, limit: int | None = None, **limits: Any) -> Iterator[TinyServer]:
    """Serve; applications start at once on uvloop, as those of the server do, and in tasks on asyncio."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = TinyApplication()
    config = uvicorn.Config(
        app,
        http=protocol(refuse, Limits(**limits), starts_at_once=loop == "uvloop"),
        loop=loop,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_keep_alive=keep_alive,  # type: ignore[arg-type]
        timeout_graceful_shutdown=5,
        limit_concurrency=limit,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    try:
        yield TinyServer(listening.getsockname()[1], app, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
    assert not thread.is_alive(), "the server did not stop"
    assert not server.server_state.tasks, "a request was never over"
