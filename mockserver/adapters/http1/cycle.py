"""A request and its response: uvicorn's cycle, which writes head and body in one piece, and fails in the envelope.

The access log is written by a middleware.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, cast

from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    Scope,
)
from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

from mockserver.ports import CLOSE, RESET
from mockserver.recording.json_responder import JsonResponder
from mockserver.recording.request_record import RECORD, REFUSAL, RequestRecord, note_refusal

Refuse = Callable[[int, str, Mapping[str, object]], bytes]
"""A function that renders a refusal from its status, message and details."""
Write = Callable[[bytes | memoryview], None]
"""A function that writes data to a connection."""
End = Callable[[bytes], None]
"""A function that writes the last data of a connection."""

_PIECE = 131_072  # with less the event loop has more turns than the kernel has buffers
_BODILESS = frozenset({204, 304})
_EVENT_STREAM = b"text/event-stream"
_JSON = (b"content-type", b"application/json")
_USUAL_COUNT = 2  # the headers of the usual head: the type and the length
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_NO_LINGER = struct.pack("ii", 1, 0)  # unsent data is dropped, and the client gets a reset


def last_response(status: int, content: bytes, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the bytes of a JSON response that is the last on its connection."""
    headers = b"".join(b"%b: %b\r\n" % header for header in [*default_headers, *_last_headers(content)])
    return b"%b%b\r\n%b" % (STATUS_LINE[status], headers, content)


async def send_last(send: ASGISendCallable, status: int, content: bytes) -> None:
    """Send a JSON response that is the last on its connection."""
    await send({"type": "http.response.start", "status": status, "headers": _last_headers(content)})
    await send({"type": "http.response.body", "body": content, "more_body": False})


def refusing_app(status: int, content: bytes, details: Mapping[str, object]) -> ASGI3Application:
    """Return an application that refuses every request, and notes the rule."""

    async def app(scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        note_refusal(cast("dict[str, object]", scope), details)
        await send_last(send, status, content)

    return app


class Break(NamedTuple):
    """The break of a request body: the refusal, and the function that ends the connection."""

    status: int
    content: bytes
    end: End


def _last_headers(content: bytes) -> list[tuple[bytes, bytes]]:
    length = b"%d" % len(content)
    return [_JSON, (b"content-length", length), (b"connection", b"close")]


class Cycle(RequestResponseCycle, JsonResponder):
    """uvicorn's cycle, whose response head waits for the first part of the body, as ASGI allows.

    So `response_started` means that bytes were written; before that, a failure can still be answered.

    Attributes:
        refuse: The function that renders a refusal; the protocol sets it.
        write: The function that writes to the connection; the protocol sets it.
        head: The response head that waits for the body.
        endless: Whether the response is a stream that goes on while the client listens.
        until_close: Whether the end of the connection is the end of the response: HTTP/1.0 has no chunks.
        broken: The break of the request body, if there is one.
        body_due: The deadline for the whole body, by the clock of the loop.
    """

    refuse: Refuse
    write: Write
    head: bytes | None = None
    endless = False
    until_close = False
    broken: Break | None = None
    body_due: float | None = None

    @property
    def notes(self) -> RequestRecord | None:
        """The notes on the request, if notes are taken."""
        return cast("RequestRecord | None", self.scope.get(RECORD))

    def note_gone(self) -> None:
        """Note that the client has closed its side; it may still read the response."""
        notes = self.notes
        if notes is not None and notes.gone_at is None:
            notes.gone_at = time.perf_counter()

    def lose(self) -> None:
        """Signal the application that the client has disconnected, and note the time."""
        self.note_gone()
        self.disconnected = True
        self.message_event.set()

    def break_body(self, status: int, content: bytes, end: End) -> None:
        """Refuse the request when the application reads more of its body: until then it has not acted on the request.

        If the application does not read, its own response is the last of the connection: the request may have had an
        effect.
        """
        self.keep_alive = self.waiting_for_100_continue = False
        self.broken = Break(status, content, end)
        if self.response_complete:
            end(b"")
        self.message_event.set()

    def _give_up(self, broken: Break) -> None:
        """Refuse the request, unless its response has begun; further messages of the application are ignored."""
        if self.disconnected or self.response_complete:
            return
        self.disconnected = True
        if self.response_started:
            broken.end(b"")
            return
        cast("dict[str, object]", self.scope)[REFUSAL] = broken.status, broken.content
        broken.end(last_response(broken.status, broken.content, self.default_headers))

    async def receive(self) -> ASGIReceiveEvent:
        """Return the part of the body that arrived since the last call."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.write(_CONTINUE)
            self.waiting_for_100_continue = False
        if not self.disconnected and not self.response_complete:
            self.flow.resume_reading()
            await self.message_event.wait()
            self.message_event.clear()
            if self.broken is not None:
                self._give_up(self.broken)
        if self.disconnected or self.response_complete:
            return {"type": "http.disconnect"}
        part, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": part, "more_body": self.more_body}

    async def send_500_response(self) -> None:
        """Send a 500 response in place of a head that is not written yet."""
        self.head = self.chunked_encoding = None
        self.expected_content_length = 0
        message = "The server failed to answer. This is a fault of the mock server; report it."
        await send_last(self.send, 500, self.refuse(500, message, {"rule": "http"}))

    async def send(self, message: ASGISendEvent) -> None:
        """Send a message of the application: one start, then the body."""
        if self.flow.write_paused and not self.disconnected:
            if self._cut_connection(message):  # with no regard to what the client has not taken yet
                return
            await self.flow.drain()
        if self.disconnected:
            return
        if self.head is None and not self.response_started:
            if message["type"] == "http.response.start":
                self.head = self._encoded_head(message["status"], message.get("headers", ()))
            else:
                self._cut_or_raise(message, "http.response.start")
        elif self.response_complete:
            raise _unexpected(message, "nothing, the response being complete")
        elif message["type"] != "http.response.body":
            self._cut_or_raise(message, "http.response.body")
        else:
            body, more = message.get("body", b""), message.get("more_body", False)
            if more or not self._write_whole(body):
                await self._send_body(body, more=more)

    def respond(self, status: int, content: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bool:
        """See `JsonResponder.respond`."""
        is_begun = self.response_started or self.head is not None
        if is_begun or self.disconnected or self.flow.write_paused:
            return False
        if len(content) > _PIECE or self.scope["method"] == "HEAD":
            return False
        length = b"%d" % len(content)
        if headers or not self.keep_alive or self.waiting_for_100_continue:
            head = self._checked_head(status, [_JSON, (b"content-length", length), *headers])
        else:
            head = self._usual_head(status, length)
        self._write_only_part(head, content)
        return True

    def _cut_or_raise(self, message: ASGISendEvent, expected: str) -> None:
        if not self._cut_connection(message):
            raise _unexpected(message, expected)

    def _cut_connection(self, message: ASGISendEvent) -> bool:
        """Reset or close the connection if the message asks for it, and return whether it does."""
        kind: str = message["type"]
        if kind == RESET:
            connection = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.transport.abort()
        elif kind == CLOSE:
            self.transport.close()
        else:
            return False
        self.disconnected = True
        return True

    def _encoded_head(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the head of a response; the usual head needs no check, and takes a shorter path."""
        if type(headers) is list and len(headers) == _USUAL_COUNT and headers[0] == _JSON:
            name, length = headers[1]
            if name == b"content-length" and self.keep_alive and not self.waiting_for_100_continue:
                return self._usual_head(status, length)
        return self._checked_head(status, headers)

    def _usual_head(self, status: int, length: bytes) -> bytes:
        self.expected_content_length = int(length)
        self.chunked_encoding = False
        content = [STATUS_LINE[status]]
        for name, value in self.default_headers:
            content += (name, b": ", value, b"\r\n")
        content += (b"content-type: application/json\r\ncontent-length: ", length, b"\r\n\r\n")
        return b"".join(content)

    def _checked_head(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        if self.waiting_for_100_continue and self.more_body:
            self.keep_alive = False  # if the client skips the body, the next request cannot be told from it
        self.waiting_for_100_continue = False
        content = [STATUS_LINE[status]]
        closing = False
        for name, value in [*self.default_headers, *headers]:
            if not _is_sound(name, value):
                raise RuntimeError(f"Invalid HTTP header: {name!r}: {value!r}")
            lower = name.lower()
            if lower == b"content-length" and self.chunked_encoding is None:
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif lower == b"transfer-encoding" and value.lower() == b"chunked":
                self.expected_content_length = 0
                self.chunked_encoding = True
            elif lower == b"connection" and b"close" in [token.strip() for token in value.lower().split(b",")]:
                self.keep_alive = False
                closing = True
            elif lower == b"content-type" and value.startswith(_EVENT_STREAM):
                self.endless = True
            content += (lower, b": ", value, b"\r\n")
        if not self.keep_alive and not closing:
            content.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in _BODILESS:
            self.until_close = self.scope["http_version"] == "1.0"
            self.chunked_encoding = not self.until_close
            content.append(b"" if self.until_close else b"transfer-encoding: chunked\r\n")
        content.append(b"\r\n")
        return b"".join(content)

    def _write_whole(self, body: bytes) -> bool:
        """Write the usual body, a single part of the announced length, and return whether it is one: saves 1 %."""
        size = len(body)
        if self.chunked_encoding is not False or size != self.expected_content_length or size > _PIECE:
            return False
        if self.scope["method"] == "HEAD":
            return False
        head, self.head = self.head or b"", None
        self._write_only_part(head, body)
        return True

    def _write_only_part(self, head: bytes, body: bytes) -> None:
        self.expected_content_length = 0
        self.response_started = True
        self.write(head + body)
        self._complete()

    async def _send_body(self, body: bytes, *, more: bool) -> None:
        head, body, end = self._framed(body, more=more)
        self.response_started = True
        if len(body) <= _PIECE:
            self.write(head + body + end)
        elif not await self._write_in_pieces(head, body, end):
            return
        if not more:
            self._complete()

    def _framed(self, body: bytes, *, more: bool) -> tuple[bytes, bytes, bytes]:
        """Return what is written before a part of the body, the part, and what is written after it."""
        head, self.head = self.head or b"", None
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return head, b"", b""
        if self.until_close:
            return head, body, b""
        if not self.chunked_encoding:
            self._count_body(len(body), more=more)
            return head, body, b""
        end = b"" if more else b"0\r\n\r\n"
        return (head + b"%x\r\n" % len(body), body, b"\r\n" + end) if body else (head, b"", end)

    async def _write_in_pieces(self, head: bytes, body: bytes, end: bytes) -> bool:
        """Write a large part of a body as fast as the client takes it, and return whether it was written.

        A piece at a time, so that the transport holds no second copy, and other connections get their turns.
        """
        self.write(head)
        rest = memoryview(body)
        while rest:
            if self.flow.write_paused:
                await self.flow.drain()
            if self.disconnected or self.transport.is_closing():
                return False
            self.write(rest[:_PIECE])
            rest = rest[_PIECE:]
        self.write(end)
        return True

    def _count_body(self, size: int, *, more: bool) -> None:
        left = self.expected_content_length - size
        if left < 0 or (left and not more):
            raise RuntimeError(f"Response content {'longer' if left < 0 else 'shorter'} than Content-Length")
        self.expected_content_length = left

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive and not self.more_body:
            self.transport.close()  # if more of the request body is to come, the protocol closes after its end
        self.on_response()


@lru_cache(maxsize=1024)
def _is_sound(name: bytes, value: bytes) -> bool:
    """Return whether a header has no line breaks. Most headers repeat: the cache saves 5 % of a request."""
    return not (HEADER_RE.search(name) or HEADER_VALUE_RE.search(value))


def _unexpected(message: ASGISendEvent, expected: str) -> RuntimeError:
    return RuntimeError(f"Expected {expected}, but got ASGI message '{message['type']}'.")
