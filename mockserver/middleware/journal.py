"""Keeps a record of each exchange: nothing is read, rendered or redacted before somebody asks for it."""

import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.domain.exchange import Exchange, Header
from mockserver.domain.notes import NOTES, Notes
from mockserver.ports import Clock

Keep = Callable[[str, Exchange], None]
Place = Callable[[Exchange], Awaitable[None]]

KEPT_BYTES = 16_384
_OVERHEAD = 800
_HEADER_OVERHEAD = 200
_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})
_KEPT = frozenset({b"content-type", b"idempotency-key", b"origin", b"prefer", b"user-agent"})
_KEPT_ANSWERED = frozenset({b"allow", b"content-type", b"location", b"preference-applied", b"retry-after"})
_JSON = (b"content-type", b"application/json")
_PLAIN_JSON = (_JSON,)
_PLAIN = 2


class Tape:
    """What passes of one exchange, as it passes. `body`: of the request; None while nobody has read it."""

    __slots__ = ("_receive", "_send", "answer", "answer_size", "body", "headers", "size", "status", "whole")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.body: bytes | None = None
        self.size = 0
        self.status: int | None = None
        self.headers: Sequence[Header] = ()
        self.answer = b""
        self.answer_size = 0
        self.whole = False

    async def receive(self) -> Message:
        """Hear what the application receives."""
        message = await self._receive()
        if message["type"] == "http.request":
            part = message.get("body", b"")
            self.size += len(part)
            self.body = _joined(self.body or b"", part)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """See what the application sends; the sending itself is what is awaited."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", ())
            plain = len(headers) == _PLAIN and headers[0] == _JSON
            self.headers = _PLAIN_JSON if plain else [one for one in headers if one[0] in _KEPT_ANSWERED]
        elif message["type"] == "http.response.body":
            part = message.get("body", b"")
            size = self.answer_size = self.answer_size + len(part)
            self.answer = part if size == len(part) <= KEPT_BYTES else _joined(self.answer, part)
            self.whole = not message.get("more_body", False)
        return self._send(message)


def _joined(known: bytes, part: bytes) -> bytes:
    """As much of a body as is kept."""
    return known + part[: KEPT_BYTES - len(known)]


class JournalMiddleware:
    """Hands a record of each exchange to `keep` when it is over, however it ended, with the id of its sandbox.

    What nobody has found the sandbox of goes to `place`. The layer belongs around that of the faults.
    """

    def __init__(
        self, app: ASGIApp, *, keep: Keep, place: Place, clock: Clock, timer: Callable[[], float] = time.perf_counter
    ) -> None:
        self.app = app
        self._keep = keep
        self._place = place
        self._clock = clock
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and keep what has become of it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        notes = scope[NOTES] = Notes()
        tape = Tape(receive, send)
        real, began = self._clock.now(), self._timer()
        try:
            await self.app(scope, tape.receive if scope["method"] in _WITH_BODY else receive, tape.send)
        finally:
            exchange = _exchange(scope, notes, tape, real, began, self._timer())
            if notes.sandbox_id is None:
                await self._place(exchange)
            else:
                self._keep(notes.sandbox_id, exchange)


def _exchange(scope: Scope, notes: Notes, tape: Tape, real: int, began: float, ended: float) -> Exchange:  # noqa: PLR0913, PLR0917  (called for every request: a tuple of times would cost more)
    """The record; of the objects that a request leaves behind it keeps alive as few as it can."""
    path, query, body, answer = scope["path"], scope["query_string"], tape.body, tape.answer
    size = _OVERHEAD + len(path) + len(query) + len(answer)
    if body is not None:
        size += len(body)
    headers = []
    for header in scope["headers"]:
        if header[0] in _KEPT or (notes.token is None and header[0] == b"authorization"):
            headers.append(header)
            size += _HEADER_OVERHEAD + len(header[1])
    return Exchange(
        notes.operation,
        notes.rule,
        tuple(notes.faults) if notes.faults else (),
        notes.token,
        notes.clock,
        real,
        began,
        ended,
        notes.gone_at,
        scope["method"],
        path,
        query,
        headers or (),
        body,
        tape.size,
        tape.status,
        tape.headers,
        answer,
        tape.answer_size,
        tape.whole,
        scope.get("client"),
        size,
    )
