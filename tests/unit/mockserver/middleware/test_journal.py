"""The record that the journal's middleware makes of an exchange, for every ending."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import orjson
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.adapters.clock import ManualClock
from mockserver.api.envelope import send_json
from mockserver.middleware.journal import JournalMiddleware
from mockserver.recording.exchange import Exchange
from mockserver.recording.json_responder import JsonResponder
from mockserver.recording.recorder import KEPT_BYTES, unparsed_exchange
from mockserver.recording.request_record import RECORD, REFUSAL

START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/html"), (b"retry-after", b"3"), (b"x-own", b"1")],
}
END: Message = {"type": "http.response.body", "body": b"end"}
Act = Callable[[Scope, Receive, Send], Awaitable[None]]


class Timer:
    """A timer that counts its calls."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> float:
        self.asked += 1
        return float(self.asked)


async def ignore(_: Message) -> None:
    pass


def recorded_exchange(
    app: ASGIApp, *, method: str = "GET", parts: tuple[bytes, ...] = (), send: Send = ignore, **scope: Any
) -> Exchange:
    """Send a request; return the one recorded exchange."""
    recorded: list[Exchange] = []
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    async def place(exchange: Exchange) -> None:
        recorded.append(exchange)

    layer = JournalMiddleware(
        app, keep=lambda _, exchange: recorded.append(exchange), place=place, clock=ManualClock(7), timer=Timer()
    )
    request = {"type": "http", "method": method, "path": "/x", "query_string": b"a=1", "headers": [], **scope}
    with suppress(RuntimeError):
        asyncio.run(layer(request, receive, send))
    (exchange,) = recorded
    return exchange


class Responding(JsonResponder):
    """The owner of a `send` that takes whole responses, or refuses them."""

    def __init__(self, *, accepts: bool) -> None:
        self.accepts = accepts
        self.seen: list[object] = []

    def respond(self, status: int, content: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        if self.accepts:
            self.seen.append((status, content, list(headers)))
        return self.accepts

    async def send(self, message: Message) -> None:
        self.seen.append(message["type"])


@pytest.mark.parametrize(
    ("accepts", "seen"),
    [
        (True, [(429, b'{"a":1}', [(b"retry-after", b"3"), (b"x-own", b"1")])]),
        (False, ["http.response.start", "http.response.body"]),
    ],
)
def test_a_response_in_one_call_is_recorded_like_one_in_messages(*, accepts: bool, seen: list[object]) -> None:
    owner = Responding(accepts=accepts)

    async def responding(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, {"a": 1}, 429, ((b"retry-after", b"3"), (b"x-own", b"1")))

    exchange = recorded_exchange(responding, send=owner.send)

    assert owner.seen == seen
    assert (exchange.status, exchange.response_body, exchange.response_size) == (429, b'{"a":1}', 7)
    assert exchange.response_headers == [(b"content-type", b"application/json"), (b"retry-after", b"3")]
    assert exchange.whole


async def answering(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
    await send(END)


async def silent(_scope: Scope, _receive: Receive, _send: Send) -> None:
    pass


async def failing(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError


async def truncating(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})


async def reading(_scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["more_body"]:
        pass
    await answering(_scope, receive, send)


def disconnecting(at: float, *, answered: bool, cut_off: bool = False) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope[RECORD].gone_at = at
        scope[RECORD].cut_off = cut_off
        await (answering if answered else silent)(scope, receive, send)

    return app


def test_a_response_is_recorded_with_its_times() -> None:
    exchange = recorded_exchange(answering, client=("127.0.0.1", 5))

    assert (exchange.status, exchange.response_body, exchange.response_size) == (200, b"begun end", 9)
    assert (exchange.real, exchange.began, exchange.ended) == (7, 1.0, 2.0)
    assert (exchange.method, exchange.path, exchange.query, exchange.peer) == ("GET", "/x", b"a=1", ("127.0.0.1", 5))
    assert exchange.outcome == "answered"


def test_only_relevant_headers_are_recorded() -> None:
    sent = [(b"user-agent", b"x"), (b"cookie", b"y"), (b"accept", b"z")]

    exchange = recorded_exchange(answering, headers=sent)

    assert list(exchange.request_headers) == [(b"user-agent", b"x")]
    assert list(exchange.response_headers) == [(b"content-type", b"text/html"), (b"retry-after", b"3")]
    assert exchange.retry_after == 3_000


@pytest.mark.parametrize(
    ("app", "outcome", "status"),
    [
        (answering, "answered", 200),
        (silent, "lost", None),
        (failing, "lost", None),
        (truncating, "truncated", 200),
        (disconnecting(1.5, answered=True), "abandoned", 200),
        (disconnecting(1.5, answered=False), "abandoned", None),
        (disconnecting(1.5, answered=False, cut_off=True), "lost", None),
        (disconnecting(9.0, answered=False), "lost", None),
        (disconnecting(9.0, answered=True), "answered", 200),
    ],
)
def test_every_ending_of_an_exchange_has_its_outcome(app: ASGIApp, outcome: str, status: int | None) -> None:
    exchange = recorded_exchange(app)

    assert (exchange.outcome, exchange.status) == (outcome, status)


def test_a_request_body_is_recorded_as_far_as_read_and_up_to_the_limit() -> None:
    whole = recorded_exchange(reading, method="POST", parts=(b"one ", b"two"))
    unread = recorded_exchange(answering, method="POST", parts=(b"one",))
    long = recorded_exchange(reading, method="POST", parts=(b"x" * 10_000, b"y" * 10_000))

    assert (whole.request_body, whole.request_size) == (b"one two", 7)
    assert (unread.request_body, unread.request_size) == (None, 0)
    assert (len(long.request_body or b""), long.request_size) == (KEPT_BYTES, 20_000)


def answered_by_the_application() -> Exchange:
    """Record a response as the server sends it."""

    async def deleting(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, {"success": True, "data": {"deleted": True}, "error": None, "traceId": "1"}, 200)

    return recorded_exchange(deleting)


def refused_while_its_body_was_awaited() -> Exchange:
    """Record a refusal that the protocol sent in the application's place."""

    async def broken(scope: Scope, _receive: Receive, _send: Send) -> None:
        scope[REFUSAL] = 400, orjson.dumps({"success": False})

    return recorded_exchange(broken)


def refused_unparsed() -> Exchange:
    """Record the refusal of an unparsable request."""
    return unparsed_exchange(400, orjson.dumps({"success": False}), 7, 0.0)


@pytest.mark.parametrize(
    "answered", [answered_by_the_application, refused_while_its_body_was_awaited, refused_unparsed]
)
def test_a_recorded_exchange_takes_no_more_memory_than_its_counted_size(answered: Callable[[], Exchange]) -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        exchanges = [answered() for _ in range(100)]
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert taken <= sum(exchange.size for exchange in exchanges)


def test_a_sent_key_is_recorded_only_if_the_request_has_no_known_key() -> None:
    async def knowing(scope: Scope, receive: Receive, send: Send) -> None:
        scope[RECORD].token = "known"
        await answering(scope, receive, send)

    sent = [(b"authorization", b"Bearer unknown")]

    assert recorded_exchange(knowing, headers=sent).sent_token == "known"
    assert recorded_exchange(knowing, headers=sent).request_headers == ()
    assert recorded_exchange(answering, headers=sent).sent_token == "unknown"


def test_messages_other_than_requests_are_not_recorded() -> None:
    passed: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        passed.append(scope["type"])
        assert RECORD not in scope

    with pytest.raises(ValueError, match="not enough values"):
        recorded_exchange(app, type="lifespan")

    assert passed == ["lifespan"]
