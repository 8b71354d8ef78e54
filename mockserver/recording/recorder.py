"""The recorder of exchanges for the journal; reading, rendering and redaction wait until a client reads the journal.

The body of a response is copied, because a buffer from orjson occupies 4 kB however short it is.
"""

from collections.abc import Awaitable, Callable, Container, Iterable, MutableMapping, Sequence
from typing import Any

from mockserver.recording.exchange import Exchange, Header
from mockserver.recording.json_responder import JsonResponder, respond_at_once
from mockserver.recording.request_headers import look_once
from mockserver.recording.request_record import REFUSAL

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
"""ASGI's own types, which this layer does not import from a framework."""
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

KeptHeaders = tuple[tuple[Header, ...], int]

KEPT_BYTES = 16_384
TAIL_BYTES = 512
"""The end of a longer body, in which a page tells its next cursor."""
_OVERHEAD = 800
_HEADER_OVERHEAD = 200
_KEPT = frozenset({b"content-type", b"idempotency-key", b"origin", b"prefer", b"user-agent"})
_KEPT_WITHOUT_KEY = _KEPT | {b"authorization"}
_KEPT_OF_RESPONSE = frozenset({b"allow", b"content-type", b"location", b"preference-applied", b"retry-after"})
_JSON = (b"content-type", b"application/json")
_JSON_HEADERS = (_JSON,)
_JSON_AND_LENGTH = 2
_HTTP = "http"


class ExchangeRecorder(Exchange, JsonResponder):
    """An exchange that records itself while it passes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, real: int, began: float) -> None:
        """Set the fields known at the start; all others keep the defaults of the class, at no cost."""
        self._receive = receive
        self._send = send
        self.real = real
        self.began = began
        self.method = scope["method"]
        self.path = scope["path"]
        self.query = scope["query_string"]
        self.peer = scope.get("client")

    async def receive(self) -> Message:
        """Receive a message for the application, and record it."""
        message = await self._receive()
        if message["type"] == "http.request":
            part = message.get("body", b"")
            self.request_size += len(part)
            self.request_body = _append(self.request_body or b"", part)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """Record a message of the application and return the awaitable that sends it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message.get("headers", ())
            is_plain = len(headers) == _JSON_AND_LENGTH and headers[0] == _JSON
            self.response_headers = _JSON_HEADERS if is_plain else _kept_of_response(headers)
        elif message["type"] == "http.response.body":
            self._record_part(message.get("body", b""))
            self.whole = not message.get("more_body", False)
        return self._send(message)

    def _record_part(self, part: bytes) -> None:
        size = self.response_size = self.response_size + len(part)
        if size == len(part) <= KEPT_BYTES:
            self.response_body = b"%b" % part
        else:
            self.response_body = _append(self.response_body, part)
            self.response_tail = (self.response_tail + part[-TAIL_BYTES:])[-TAIL_BYTES:]

    def respond(self, status: int, content: bytes, headers: Sequence[Header]) -> bool:
        """Send a JSON response and record it; see `JsonResponder.respond`."""
        if self.status is not None or not respond_at_once(self._send, status, content, headers):
            return False
        self.status, self.whole = status, True
        self.response_headers = [_JSON, *_kept_of_response(headers)] if headers else _JSON_HEADERS
        self._record_part(content)
        return True

    def end(self, scope: Scope, ended: float) -> None:
        """Complete the record when the exchange is over, and release the channels."""
        self.ended = ended
        del self._receive, self._send
        if REFUSAL in scope:
            self._replace_response(*scope[REFUSAL])
        # the key stands in the record, if there is one, and its header is left out
        kept = _kept_with_key if self.token is None else _kept
        self.request_headers, size = look_once(scope["headers"], kept)
        size += _OVERHEAD + len(self.path) + len(self.query) + len(self.response_body) + len(self.response_tail)
        self.size = size + len(self.request_body) if self.request_body else size

    def _replace_response(self, status: int, content: bytes) -> None:
        """Record the protocol's refusal in place of the application's response, which the client has not received."""
        self.rule, self.place, self.status, self.whole = _HTTP, None, status, True
        self.response_headers, self.response_body, self.response_size = _JSON_HEADERS, b"%b" % content, len(content)


def _kept_of_response(headers: Iterable[Header]) -> list[Header]:
    return [header for header in headers if header[0] in _KEPT_OF_RESPONSE]


def _kept(headers: Sequence[Header]) -> KeptHeaders:
    """Return the headers that the journal keeps of a request whose key is known, and their size."""
    return _chosen(headers, _KEPT)


def _kept_with_key(headers: Sequence[Header]) -> KeptHeaders:
    """Return the headers that the journal keeps of any other request, and their size."""
    return _chosen(headers, _KEPT_WITHOUT_KEY)


def _chosen(headers: Sequence[Header], names: Container[bytes]) -> KeptHeaders:
    kept = tuple([header for header in headers if header[0] in names])
    return kept, sum(_HEADER_OVERHEAD + len(value) for _, value in kept)


def _append(body: bytes, part: bytes) -> bytes:
    """Return a body with a further part, cut at the number of bytes that the journal keeps."""
    return body + part[: KEPT_BYTES - len(body)]


def unparsed_exchange(status: int, content: bytes, real: int, now: float) -> Exchange:
    """Return the record of data that could not be parsed as a request, and of the response to it."""
    return Exchange(
        rule=_HTTP,
        real=real,
        began=now,
        ended=now,
        method="",
        status=status,
        response_headers=_JSON_HEADERS,
        response_body=b"%b" % content,
        response_size=len(content),
        whole=True,
        size=_OVERHEAD + len(content),
    )
