"""Keeps a record of each exchange: nothing is read, rendered or redacted before somebody asks for it."""

import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.domain.exchange import Exchange, Header
from mockserver.domain.notes import NOTES, Notes
from mockserver.ports import Clock

KEPT_BYTES = 16_384
_OVERHEAD = 1_500
_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})
_KEPT = frozenset(
    {
        b"accept",
        b"authorization",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"origin",
        b"prefer",
        b"user-agent",
    }
)
_KEPT_ANSWERED = frozenset({b"allow", b"content-type", b"location", b"preference-applied", b"retry-after"})


class Tape:
    """What passes of one exchange, as it passes. `body`: of the request; None while nobody has read it."""

    __slots__ = ("_receive", "_send", "answer", "answer_size", "body", "headers", "size", "status", "whole")

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.body: bytes | None = None
        self.size = 0
        self.status: int | None = None
        self.headers: list[Header] = []
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
        if message["type"] == "http.response.body":
            part = message.get("body", b"")
            self.answer_size += len(part)
            self.answer = _joined(self.answer, part)
            self.whole = not message.get("more_body", False)
        elif message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [header for header in message.get("headers", ()) if header[0] in _KEPT_ANSWERED]
        return self._send(message)


def _joined(known: bytes, part: bytes) -> bytes:
    """As much of a body as is kept; usually its one part as it is."""
    if not known and len(part) <= KEPT_BYTES:
        return part
    return known + part[: KEPT_BYTES - len(known)]


class JournalMiddleware:
    """Hands a record of each exchange to `keep` when it is over, however it ended. It belongs around the faults."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        keep: Callable[[Exchange], Awaitable[None]],
        clock: Clock,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self._keep = keep
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
            await self._keep(_exchange(scope, notes, tape, real, began, self._timer()))


def _exchange(scope: Scope, notes: Notes, tape: Tape, real: int, began: float, ended: float) -> Exchange:  # noqa: PLR0913, PLR0917  (called for every request)
    path, query, body, answer = scope["path"], scope["query_string"], tape.body, tape.answer
    size = _OVERHEAD + len(path) + len(query) + len(answer) + (0 if body is None else len(body))
    headers = []
    for header in scope["headers"]:
        if header[0] in _KEPT:
            headers.append(header)
            size += len(header[1])
    return Exchange(
        notes,
        real,
        began,
        ended,
        scope["method"],
        path,
        query,
        headers,
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
