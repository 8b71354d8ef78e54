"""The HTTP protocol on real sockets, under a tiny application: what ASGI never gets to see."""

import asyncio
import json
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
import uvicorn

from mockserver.adapters.http1.protocol import protocol
from mockserver.adapters.http1.refusals import Limits

PATIENCE = 10
MEGABYTE = 1 << 20
LARGE = bytes(range(256)) * 20_480  # 5 MB
GOOD = b"GET /good HTTP/1.1\r\nHost: x\r\n\r\n"


def refuse(status: int, message: str, details: Mapping[str, object]) -> bytes:
    return json.dumps({"success": False, "status": status, "message": message, "details": details}).encode()


class App:
    """Answers what it was asked; some paths misbehave. `/held` answers once `/release` was asked for."""

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
        seen = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode(),
            "headers": [name.decode() for name, _ in scope["headers"]],
            "body": body.decode(),
        }
        await self.answer(send, json.dumps(seen).encode())

    async def answer(self, send: Any, content: bytes, *headers: tuple[bytes, bytes]) -> None:
        await self.start(send, (b"content-length", b"%d" % len(content)), *headers)
        await send({"type": "http.response.body", "body": content})

    async def start(self, send: Any, *headers: tuple[bytes, bytes]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def held_back(self, scope: Any, receive: Any, send: Any) -> None:
        self.held.set()
        await self._release.wait()
        await self.echo(scope, receive, send)

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

    async def no_content(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def seen(self) -> dict[str, Any]:
        seen: dict[str, Any] = json.loads(self.body)
        return seen

    def is_refusal(self, status: int, *words: str) -> bool:
        assert self.status == status, self
        assert self.headers["content-type"] == "application/json"
        assert self.headers["connection"] == "close"
        assert self.seen["success"] is False
        assert self.seen["status"] == status
        assert self.seen["details"]["rule"] == "http"
        return all(word in self.seen["message"] for word in words)


@dataclass
class Client:
    """One connection, read answer by answer."""

    port: int
    connection: socket.socket = field(init=False)

    def __enter__(self) -> Self:
        self.connection = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.connection.makefile("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.connection.close()

    def send(self, *data: bytes) -> "Client":
        self.connection.sendall(b"".join(data))
        return self

    def get(self, path: str, method: str = "GET", *, body: bytes = b"") -> Answer:
        length = b"Content-Length: %d\r\n" % len(body) if body else b""
        self.send(f"{method} {path} HTTP/1.1\r\nHost: x\r\n".encode(), length, b"\r\n", body)
        return self.answer(method)

    def answer(self, method: str = "GET") -> Answer:
        line = self.reader.readline()
        assert line.startswith(b"HTTP/1.1 "), f"no answer but {line!r}"
        headers = {}
        while (header := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = header.decode().partition(": ")
            headers[name] = value.strip()
        status = int(line.split()[1])
        return Answer(status, headers, b"" if method == "HEAD" or status in (100, 204) else self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if "content-length" in headers:
            return self.reader.read(int(headers["content-length"]))
        pieces = []
        while size := int(self.reader.readline(), 16):
            pieces.append(self.reader.read(size))
            assert self.reader.readline() == b"\r\n"
        assert self.reader.readline() == b"\r\n"
        return b"".join(pieces)

    def is_closed(self) -> bool:
        return self.reader.read() == b""

    def hears_nothing(self) -> bool:
        self.connection.settimeout(0.3)
        try:
            return self.connection.recv(1, socket.MSG_PEEK) is None
        except TimeoutError:
            return True
        finally:
            self.connection.settimeout(PATIENCE)

    def is_open(self) -> bool:
        return self.get("/still-here").status == 200


@dataclass
class Served:
    port: int
    app: App
    server: uvicorn.Server

    def client(self) -> Client:
        return Client(self.port)

    def pass_round(self) -> None:
        """Return when the server has read what was sent to it before."""
        with self.client() as other:
            assert other.get("/round").status == 200
        self.app.log.remove("GET /round")

    def has_seen(self, *lines: str) -> bool:
        return self.app.log == list(lines)


@contextmanager
def serving(loop: str, keep_alive: float = 5, limit: int | None = None, **limits: Any) -> Iterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    app = App()
    config = uvicorn.Config(
        app,
        http=protocol(refuse, Limits(**limits)),
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
        yield Served(listening.getsockname()[1], app, server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listening.close()
    assert not thread.is_alive(), "the server did not stop"
    assert not server.server_state.tasks, "a request was never over"


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def running(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(request.param) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    running.app.reset()
    return running


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def running_hasty(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serving(request.param, keep_alive=0.05, header_timeout=0.05, body_timeout=0.05) as served:
        yield served


@pytest.fixture
def hasty(running_hasty: Served) -> Served:
    running_hasty.app.reset()
    return running_hasty


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"rubbish\r\n\r\n", id="a garbage request line"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="a TLS greeting"),
        pytest.param(b"BREW /pot HTTP/1.1\r\n\r\n", id="an unknown method"),
        pytest.param(b"GET / HTTP/9.9\r\n\r\n", id="an unknown version"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="a greeting in HTTP 2"),
        pytest.param(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", id="a header without a colon"),
        pytest.param(b"GET / HTTP/1.1\r\na: b\r\n folded\r\n\r\n", id="a folded header"),
        pytest.param(b"GET / HTTP/1.1\r\na: b\x00c\r\n\r\n", id="a NUL in a header"),
        pytest.param(b"GET / HTTP/1.1\r\na\x00: b\r\n\r\n", id="a NUL in a header's name"),
        pytest.param("GET /é HTTP/1.1\r\n\r\n".encode(), id="a target that is not ASCII"),
        pytest.param(b"GET //[ HTTP/1.1\r\n\r\n".replace(b"//[", b"http://["), id="a target without a host"),
        pytest.param(b"GET nowhere HTTP/1.1\r\n\r\n", id="a target without a slash"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", id="a negative length"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", id="an absurd length"),
        pytest.param(b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param(
            b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", id="a length and chunks"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="a bad chunk size"),
        pytest.param(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", id="a chunk that is too long"
        ),
    ],
)
def test_what_cannot_be_parsed_is_refused_in_the_envelope_and_the_connection_closed(
    served: Served, broken: bytes
) -> None:
    with served.client() as client:
        assert client.send(broken).answer().is_refusal(400, "could not be parsed")
        assert client.is_closed()


def test_the_refusal_says_what_the_parser_found(served: Served) -> None:
    with served.client() as client:
        answer = client.send(b"GET / HTTP/1.1\r\nno colon\r\n\r\n").answer()
        assert answer.seen["details"]["problem"] == "Invalid header token"
        assert "date" in answer.headers


def test_bytes_behind_a_broken_request_are_not_parsed(served: Served) -> None:
    with served.client() as client:
        client.send(b"rubbish\r\n\r\n", GOOD).answer().is_refusal(400)
        assert client.is_closed()
    assert served.has_seen()


def test_a_good_request_before_garbage_is_answered_first(served: Served) -> None:
    with served.client() as client:
        client.send(GOOD, GOOD, b"rubbish\r\n\r\n")
        assert [client.answer().seen["path"] for _ in range(2)] == ["/good", "/good"]
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_garbage_waits_for_the_answer_that_is_being_made(served: Served) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"rubbish\r\n\r\n")
        other.get("/release")
        assert client.answer().seen["path"] == "/held-back"
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_a_body_that_breaks_in_the_pipeline_waits_for_its_turn_and_is_never_served(served: Served) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert served.app.held.wait(PATIENCE)
        other.get("/release")
        assert client.answer().seen["path"] == "/held-back"
        assert client.answer().is_refusal(400)
        assert client.is_closed()
    assert served.has_seen("GET /held-back", "GET /release")


def test_a_body_that_breaks_behind_the_begun_answer_ends_the_connection_without_another_answer(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        while b"begun" not in client.reader.readline():
            pass
        client.send(b"zz\r\n")
        assert client.is_closed()
    assert served.app.gone.wait(PATIENCE)


def test_a_body_that_breaks_behind_its_complete_answer_ends_the_connection(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert client.answer().body == b"no"
        client.send(b"zz\r\n")
        assert client.is_closed()


def test_the_application_learns_that_a_body_broke(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /watches HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n")
        assert served.app.held.wait(PATIENCE)
        assert client.send(b"zz\r\n").answer().is_refusal(400)
        assert served.app.gone.wait(1), "only the end of the connection told it"


def test_an_application_that_is_late_does_not_write_behind_a_refusal(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with served.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"zz\r\n")
        served.app.let_go()
        assert client.answer().is_refusal(400)
        assert served.app.gone.wait(1)
        assert client.is_closed()
    assert not caplog.records


def test_a_refusal_is_not_lost_to_a_client_that_still_sends(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"186a0\r\n", b"a" * 100_000, b"\r\nzz\r\n", b"a" * 20_000_000)
        served.app.let_go()
        assert client.answer().is_refusal(400)
        assert client.is_closed()


def test_a_client_that_does_not_close_behind_a_refusal_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.adapters.http1.protocol._LINGER", 0.05)
    with served.client() as client:
        assert client.send(b"rubbish\r\n\r\n").answer().is_refusal(400)
        waiting = threading.Event()
        with pytest.raises(ConnectionError):  # noqa: PT012  (whichever of them meets the end)
            for _ in range(100):
                client.send(b"a")
                waiting.wait(0.02)


def test_a_fault_in_the_protocol_itself_is_an_internal_error_in_the_envelope(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: bytes) -> None:
        raise LookupError

    monkeypatch.setattr("httptools.parse_url", broken)
    with served.client() as client:
        assert client.send(GOOD).answer().is_refusal(500)
    assert "Exception in HTTP protocol" in caplog.text


def test_more_than_the_permitted_headers_are_refused(served: Served) -> None:
    head = b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200
    with served.client() as client:
        assert client.send(head, b"\r\n").answer().status == 200
        assert client.send(head, b"a: b\r\n\r\n").answer().is_refusal(431, "too many headers", "200")
        assert client.is_closed()


def test_a_head_that_is_too_large_in_all_is_refused_at_its_end(served: Served) -> None:
    with served.client() as client:
        client.send(b"GET / HTTP/1.1\r\na: " + b"b" * 60_000)
        served.pass_round()
        assert client.send(b"b" * 10_000 + b"\r\n\r\n").answer().is_refusal(431, "too large")


def test_a_body_before_it_does_not_let_a_head_be_larger(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nContent-Length: 250000\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"c" * 250_000)
        served.app.let_go()
        assert client.answer().status == 200
        assert client.send(b"GET /", b"b" * 70_000).answer().is_refusal(431, "too large")


def test_headers_without_end_are_refused_before_they_end(served: Served) -> None:
    with served.client() as client:
        assert client.send(b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 202).answer().is_refusal(431)
        client.send(b"\r\n", GOOD)
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen()


def test_trailers_are_no_headers_and_limited_too(served: Served) -> None:
    chunked = b"POST /good HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    with served.client() as client:
        assert client.send(chunked, b"x-trailer: b\r\n\r\n").answer().seen["headers"] == ["transfer-encoding"]
        assert client.send(chunked, b"x-trailer: b\r\n" * 300).answer().is_refusal(431)


@pytest.mark.parametrize(
    "huge",
    [
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"b" * 70_000 + b"\r\n\r\n", id="a complete head"),
        pytest.param(b"GET / HTTP/1.1\r\na: " + b"b" * 700_000, id="a header without end"),
        pytest.param(b"GET /" + b"b" * 700_000, id="a target without end"),
        pytest.param(b"GET /" + b"b" * 70_000 + b" HTTP/1.1\r\n\r\n", id="a complete target"),
        pytest.param(b"\r\n" * 400_000, id="empty lines without end"),
    ],
)
@pytest.mark.parametrize("before", [b"", GOOD], ids=["first", "behind another request"])
def test_a_head_that_is_too_large_is_refused(served: Served, huge: bytes, before: bytes) -> None:
    with served.client() as client:
        client.send(before, huge)
        if before:
            assert client.answer().status == 200
        if huge.strip():
            assert client.answer().is_refusal(431, "too large", "65536")
            assert client.is_closed()


def test_a_head_that_begins_in_the_segment_of_another_request_is_measured_whole(served: Served) -> None:
    with served.client() as client:
        assert client.send(GOOD, b"GET / HTTP/1.1\r\na: " + b"b" * 30_000).answer().status == 200
        assert client.send(b"b" * 40_000, b"\r\n\r\n").answer().is_refusal(431, "too large", "65536")


def test_a_head_in_many_segments_may_have_what_a_head_in_one_may_have(served: Served) -> None:
    head = b"POST /good HTTP/1.1\r\nContent-Length: 100000\r\na: " + b"b" * 60_000 + b"\r\n\r\n"
    with served.client() as client:
        for _ in range(2):
            for at in range(0, len(head), 10_000):
                client.send(head[at : at + 10_000])
            client.send(b"c" * 100_000)
            assert len(client.answer().seen["body"]) == 100_000


def test_a_body_does_not_count_as_the_head_of_the_next_request(served: Served) -> None:
    body = b"c" * 200_000
    with served.client() as client:
        head = b"POST /good HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
        client.send(head, body, b"GET /good HT")
        assert len(client.answer().seen["body"]) == len(body)
        assert client.send(b"TP/1.1\r\n\r\n").answer().status == 200


@pytest.mark.parametrize("begun", [b"", b"\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n", GOOD + b"GET / HT"])
def test_a_head_that_does_not_arrive_is_refused_in_time(hasty: Served, begun: bytes) -> None:
    with hasty.client() as client:
        client.send(begun)
        if begun.startswith(GOOD):
            assert client.answer().status == 200
        assert client.answer().is_refusal(408, "head", "0.05 seconds")
        assert client.is_closed()


def test_the_head_behind_a_completed_one_has_its_own_time(hasty: Served) -> None:
    with hasty.client() as client:
        client.send(b"GET /good HT")
        hasty.pass_round()
        client.send(b"TP/1.1\r\n\r\nGET /good HT")
        assert client.answer().status == 200
        assert client.answer().is_refusal(408, "head")


def test_the_time_of_an_idle_connection_does_not_shorten_that_of_a_head() -> None:
    with serving("uvloop", keep_alive=0.05, header_timeout=30) as served, served.client() as client:
        client.send(GOOD, b"GET /good HT")
        assert client.answer().status == 200
        assert client.hears_nothing()
        assert client.send(b"TP/1.1\r\n\r\n").answer().status == 200
        assert client.is_closed()


def test_a_refusal_that_waits_is_not_overtaken_by_a_deadline() -> None:
    with serving("uvloop", header_timeout=0.2) as served, served.client() as client:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.send(b"GET / HTTP/1.1\r\n")
        served.pass_round()
        client.send(b"no colon\r\n")
        assert client.hears_nothing()
        served.app.let_go()
        assert client.answer().seen["path"] == "/held-back"
        assert client.answer().is_refusal(400)


def test_bytes_one_by_one_do_not_prolong_the_time_of_a_head() -> None:
    with serving("uvloop", header_timeout=0.3) as served, served.client() as client:
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
def test_a_body_that_stops_is_refused_in_time(hasty: Served, framing: bytes) -> None:
    with hasty.client() as client:
        assert client.send(b"POST / HTTP/1.1\r\n", framing).answer().is_refusal(408, "body", "0.05 seconds")
        assert client.is_closed()
    assert hasty.app.gone.wait(PATIENCE)


def test_a_body_has_a_time_of_its_own() -> None:
    with serving("uvloop", body_timeout=0.05) as served, served.client() as client:
        client.send(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n")
        assert client.answer().is_refusal(408, "body")


def test_a_body_that_makes_progress_may_take_its_time() -> None:
    with serving("uvloop", header_timeout=0.3, body_timeout=0.3) as served, served.client() as client:
        client.send(b"POST /good HTTP/1.1\r\nContent-Length: 30\r\n\r\n")
        client.connection.settimeout(0.02)
        for _ in range(29):
            client.send(b"a")
            with pytest.raises(TimeoutError):
                client.connection.recv(1)
        client.connection.settimeout(PATIENCE)
        client.send(b"a")
        assert client.connection.recv(15) == b"HTTP/1.1 200 OK"


def test_a_body_that_stops_behind_the_begun_answer_ends_the_connection_without_another_answer(hasty: Served) -> None:
    with hasty.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nContent-Length: 9\r\n\r\na")
        received = client.reader.read()
    assert received.count(b"HTTP/1.1") == 1
    assert received.endswith(b"begun\r\n")
    assert hasty.app.gone.wait(PATIENCE)


def test_a_slow_application_is_not_held_against_its_client(hasty: Served) -> None:
    for request in (b"GET /held-back HTTP/1.1\r\n\r\n", b"POST /held-back HTTP/1.1\r\nContent-Length: 300000\r\n\r\n"):
        hasty.app.reset()
        with hasty.client() as client:
            client.send(request)
            if request.startswith(b"POST"):
                client.send(b"a" * 300_000)
            assert hasty.app.held.wait(PATIENCE)
            assert client.hears_nothing()
            hasty.app.let_go()
            assert client.answer().status == 200


def test_a_client_that_was_not_told_to_go_on_is_not_late(hasty: Served) -> None:
    with hasty.client() as client:
        client.send(b"POST /held-back HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert hasty.app.held.wait(PATIENCE)
        assert client.hears_nothing()
        hasty.app.let_go()
        assert client.answer().status == 100


def test_an_idle_connection_is_closed_without_an_answer(hasty: Served) -> None:
    with hasty.client() as client:
        assert client.get("/good").status == 200
        assert client.is_closed()


def test_an_idle_connection_whose_body_came_behind_the_answer_is_closed(hasty: Served) -> None:
    with hasty.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().body == b"no"
        client.send(b"ab")
        assert client.is_closed()


def test_a_connection_is_used_again(served: Served) -> None:
    with served.client() as client:
        for at in range(20):
            answer = client.get(f"/good{at}", "POST", body=b"ab" * at)
            assert (answer.seen["path"], answer.seen["body"]) == (f"/good{at}", "ab" * at)
            assert "connection" not in answer.headers


def test_a_pipeline_is_read_no_further_than_needed(served: Served) -> None:
    with served.client() as client:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        client.connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.send((b"POST /good HTTP/1.1\r\nContent-Length: 60000\r\n\r\n" + b"a" * 60_000) * 700)
    served.app.let_go()


def test_pipelined_requests_are_answered_in_order(served: Served) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n", b"GET /two HTTP/1.1\r\n\r\n", b"GET /three HTTP/1.1\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        other.get("/release")
        assert [client.answer().seen["path"] for _ in range(3)] == ["/held-back", "/two", "/three"]
        assert client.is_open()


@pytest.mark.parametrize("rest", [b"", b"GET /unfin", b"POST /good HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"])
def test_a_client_that_has_said_all_it_had_to_say_hears_the_answers_that_are_due(served: Served, rest: bytes) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n", b"GET /two HTTP/1.1\r\n\r\n", rest)
        client.connection.shutdown(socket.SHUT_WR)
        assert served.app.held.wait(PATIENCE)
        other.get("/release")

        assert [client.answer().seen["path"] for _ in range(2)] == ["/held-back", "/two"]
        assert client.is_closed()


def test_a_request_may_come_in_single_bytes(served: Served) -> None:
    request = b"POST /good?a=b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    with served.client() as client:
        for byte in request:
            client.send(bytes([byte]))
        seen = client.answer().seen
        assert (seen["path"], seen["query"], seen["body"]) == ("/good", "a=b", "ab")
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
def test_every_form_of_target_has_a_path(served: Served, method: str, target: str, path: str, query: str) -> None:
    with served.client() as client:
        seen = client.get(target, method).seen
        assert (seen["method"], seen["path"], seen["query"]) == (method, path, query)
        assert client.is_open()


def test_connect_is_refused(served: Served) -> None:
    with served.client() as client:
        client.send(GOOD, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n")
        assert client.answer().status == 200
        assert client.answer().is_refusal(400, "CONNECT", "proxy")
        assert client.is_closed()


@pytest.mark.parametrize("offer", [b"h2c", b"websocket"])
@pytest.mark.parametrize(
    "framing", [b"Content-Length: 2\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
)
def test_an_offer_to_upgrade_is_served_as_a_request_with_its_body(
    served: Served, offer: bytes, framing: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /good?a=b HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: " + offer + b"\r\n"
    with served.client() as client:
        client.send(head, framing, head, framing, GOOD)
        for _ in range(2):
            seen = client.answer().seen
            assert (seen["method"], seen["path"], seen["query"], seen["body"]) == ("POST", "/good", "a=b", "{}")
        assert client.answer().seen["method"] == "GET"
        assert client.is_open()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_offer_to_upgrade_may_come_in_single_bytes(served: Served) -> None:
    with served.client() as client:
        for byte in b"POST /good HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}":
            client.send(bytes([byte]))
        assert client.answer().seen["body"] == "{}"
        assert client.is_open()


@pytest.mark.parametrize("path", ["/good", "/stream", "/large"])
def test_an_answer_to_head_has_no_body(served: Served, path: str) -> None:
    with served.client() as client:
        answer = client.get(path, "HEAD")
        assert answer.status == 200
        assert "transfer-encoding" not in answer.headers
        assert client.is_open()


def test_who_waits_for_100_continue_is_told_to_go_on(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /good HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().status == 100
        assert client.send(b"ab").answer().seen["body"] == "ab"
        assert client.is_open()


def test_who_was_not_told_to_go_on_gets_an_answer_that_closes(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()


def test_who_gets_an_answer_already_is_not_told_to_go_on(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /begins-and-reads HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        client.send(b"a")
        served.pass_round()
        client.connection.shutdown(socket.SHUT_WR)
        assert b"100 Continue" not in client.reader.read()


def test_an_answer_that_closes_is_not_lost_to_a_client_that_still_sends(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read-and-closes HTTP/1.1\r\nContent-Length: 4000000\r\n\r\n")
        client.send(b"a" * 3_000_000)
        assert client.answer().body == b"no"
        assert client.is_closed()


def test_a_body_behind_its_answer_is_passed_over(served: Served) -> None:
    with served.client() as client:
        client.send(b"POST /does-not-read HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc")
        assert client.answer().body == b"no"
        assert client.send(b"defghi").is_open()


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n"])
def test_http_1_0_closes(served: Served, connection: bytes) -> None:
    with served.client() as client:
        answer = client.send(b"GET /good HTTP/1.0\r\n", connection, b"\r\n").answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert client.is_closed()


@pytest.mark.parametrize("asking", [b"HTTP/1.1\r\nConnection: close", b"HTTP/1.0\r\nConnection: keep-alive"])
def test_a_client_that_is_to_be_closed_is_closed_and_what_follows_is_not_served(served: Served, asking: bytes) -> None:
    with served.client() as client:
        client.send(b"GET /held-back ", asking, b"\r\n\r\n", GOOD, b"rubbish\r\n\r\n")
        with served.client() as other:
            other.get("/release")
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()
    served.pass_round()
    assert served.has_seen("GET /held-back", "GET /release")


@pytest.mark.parametrize("path", ["/fails", "/fails-after-start", "/too-long", "/too-short", "/bad-header"])
def test_an_application_that_fails_before_its_body_leaves_is_a_500_in_the_envelope(served: Served, path: str) -> None:
    with served.client() as client:
        answer = client.get(path)
        assert answer.is_refusal(500, "fault of the mock server")
        assert "x-lost" not in answer.headers
        assert client.is_closed()


def test_an_application_that_fails_in_its_body_ends_the_connection(served: Served) -> None:
    with served.client() as client:
        client.send(b"GET /fails-in-body HTTP/1.1\r\n\r\n")
        received = client.reader.read()
        assert received.count(b"HTTP/1.1") == 1
        assert received.endswith(b"\r\n\r\n12")


def test_a_stream_arrives_in_chunks_and_whole(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/stream")
        assert (answer.headers["transfer-encoding"], answer.body) == ("chunked", b"one,two,three")
        assert client.is_open()


def test_an_answer_without_content_has_neither_length_nor_chunks(served: Served) -> None:
    with served.client() as client:
        answer = client.get("/no-content")
        assert answer.status == 204
        assert not {"transfer-encoding", "content-length"} & answer.headers.keys()
        assert client.is_open()


def test_a_large_answer_reaches_a_slow_reader_whole(served: Served) -> None:
    with served.client() as client:
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.send(b"GET /large HTTP/1.1\r\n\r\n")
        served.pass_round()
        assert client.answer().body == LARGE
        assert client.is_open()


def test_a_large_stream_waits_for_a_slow_reader_and_reaches_it_whole(served: Served) -> None:
    with served.client() as client:
        client.send(b"GET /large-stream HTTP/1.1\r\n\r\n")
        served.pass_round()
        assert 0 < served.app.sent < 40 * MEGABYTE
        assert client.answer().body == 40 * LARGE[:MEGABYTE]
        assert client.is_open()


def test_a_refusal_behind_a_large_answer_leaves_it_whole(served: Served) -> None:
    with served.client() as client, served.client() as other:
        client.send(b"GET /large HTTP/1.1\r\n\r\n", b"rubbish\r\n\r\n")
        assert other.is_open()
        assert client.answer().body == LARGE
        assert client.answer().is_refusal(400)


@pytest.mark.parametrize("behind", [b"", GOOD, b"rubbish\r\n\r\n"])
def test_the_application_learns_that_its_client_left_whatever_waits_behind(served: Served, behind: bytes) -> None:
    with served.client() as client:
        client.send(b"GET /watches HTTP/1.1\r\n\r\n", behind)
        assert served.app.held.wait(PATIENCE)
        client.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert served.app.gone.wait(PATIENCE)


def test_too_many_connections_are_told_so_in_the_envelope() -> None:
    with serving("uvloop", limit=1) as served, served.client() as client:
        answer = client.get("/good")
        assert answer.is_refusal(503, "busy")
        assert client.is_closed()


def test_an_answer_in_one_piece_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[bytes] = []
    whole: Callable[..., Any] = asyncio.selector_events._SelectorSocketTransport.write  # type: ignore[attr-defined]  # noqa: SLF001

    def counted(self: Any, data: bytes) -> None:
        writes.append(data)
        whole(self, data)

    monkeypatch.setattr("asyncio.selector_events._SelectorSocketTransport.write", counted)
    with serving("asyncio") as served, served.client() as client:
        client.get("/good")
        client.get("/good", "HEAD")
    assert len(writes) == 2


def test_a_stop_waits_for_the_answer_that_is_being_made_and_closes_what_is_idle() -> None:
    with serving("uvloop") as served, served.client() as idle, served.client() as client, served.client() as other:
        assert idle.is_open()
        assert other.is_open()
        client.send(b"GET /held-back HTTP/1.1\r\n\r\n")
        assert served.app.held.wait(PATIENCE)
        other.send(b"GET /good HT")
        served.server.should_exit = True
        assert idle.is_closed()
        assert other.is_closed()
        served.app.let_go()
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()
