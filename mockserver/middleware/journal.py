"""Keeps a record of each exchange: nothing is read, rendered or redacted before somebody asks for it.

The body of an answer is copied, since what orjson has made keeps 4 kB of memory, however short it is.
"""

import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.ports import Clock
from mockserver.recording.exchange import Exchange
from mockserver.recording.request_record import RECORD, REFUSAL

Keep = Callable[[str, Exchange], None]
Place = Callable[[Exchange], Awaitable[None]]

KEPT_BYTES = 16_384
_OVERHEAD = 800
_HEADER_OVERHEAD = 200
_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})
_KEPT = frozenset({b"content-type", b"idempotency-key", b"origin", b"prefer", b"user-agent"})
_KEPT_OF_STRANGERS = _KEPT | {b"authorization"}
_KEPT_ANSWERED = frozenset({b"allow", b"content-type", b"location", b"preference-applied", b"retry-after"})
_JSON = (b"content-type", b"application/json")
_PLAIN_JSON = (_JSON,)
_PLAIN = 2
_HTTP = "http"


class ExchangeRecorder(Exchange):
    """Writes an exchange down as it passes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, real: int, began: float) -> None:
        """Take what is known before anything has happened; all else is at its default, which costs nothing."""
        self._receive = receive
        self._send = send
        self.real = real
        self.began = began
        self.method = scope["method"]
        self.path = scope["path"]
        self.query = scope["query_string"]
        self.peer = scope.get("client")

    async def receive(self) -> Message:
        """Hear what the application receives."""
        message = await self._receive()
        if message["type"] == "http.request":
            part = message.get("body", b"")
            self.request_size += len(part)
            self.request_body = _joined(self.request_body or b"", part)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """See what the application sends; the sending itself is what is awaited."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", ())
            plain = len(headers) == _PLAIN and headers[0] == _JSON
            self.response_headers = _PLAIN_JSON if plain else [one for one in headers if one[0] in _KEPT_ANSWERED]
        elif message["type"] == "http.response.body":
            part = message.get("body", b"")
            size = self.response_size = self.response_size + len(part)
            self.response_body = b"%b" % part if size == len(part) <= KEPT_BYTES else _joined(self.response_body, part)
            self.whole = not message.get("more_body", False)
        return self._send(message)

    def end(self, scope: Scope, ended: float) -> None:
        """Keep what matters, and let go of everything else."""
        self.ended = ended
        del self._receive, self._send
        if REFUSAL in scope:
            self._answered_with(*scope[REFUSAL])
        size = _OVERHEAD + len(self.path) + len(self.query) + len(self.response_body)
        kept = _KEPT if self.token is not None else _KEPT_OF_STRANGERS
        headers = []
        for header in scope["headers"]:
            if header[0] in kept:
                headers.append(header)
                size += _HEADER_OVERHEAD + len(header[1])
        if headers:
            self.request_headers = headers
        self.size = size + len(self.request_body) if self.request_body else size

    def _answered_with(self, status: int, content: bytes) -> None:
        """Put the protocol's refusal in the place of whatever the application has sent: nobody has heard that."""
        self.rule, self.place, self.status, self.whole = _HTTP, None, status, True
        self.response_headers, self.response_body, self.response_size = _PLAIN_JSON, b"%b" % content, len(content)


def _joined(known: bytes, part: bytes) -> bytes:
    """As much of a body as is kept."""
    return known + part[: KEPT_BYTES - len(known)]


def unparsed_exchange(
    status: int, content: bytes, real: int, timer: Callable[[], float] = time.perf_counter
) -> Exchange:
    """The record of what could not be parsed as a request, and of the answer to it: what was sent is not known."""
    now = timer()
    return Exchange(
        rule=_HTTP,
        real=real,
        began=now,
        ended=now,
        method="",
        status=status,
        response_headers=_PLAIN_JSON,
        response_body=b"%b" % content,
        response_size=len(content),
        whole=True,
        size=_OVERHEAD + len(content),
    )


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
        tape = scope[RECORD] = ExchangeRecorder(scope, receive, send, self._clock.now(), self._timer())
        try:
            await self.app(scope, tape.receive if tape.method in _WITH_BODY else receive, tape.send)
        finally:
            tape.end(scope, self._timer())
            if tape.sandbox_id is None:
                await self._place(tape)
            else:
                self._keep(tape.sandbox_id, tape)
