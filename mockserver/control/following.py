"""The handler that follows a journal live, by server-sent events."""

from collections.abc import AsyncIterator

import connexion
import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.journal_views import summary
from mockserver.service.journal_tail import Batch, JournalTails, Tail, TooManyFollowersError

_LAST_EVENT_ID = "Last-Event-ID"
_MAX_DIGITS = 15
_HEARTBEAT = b": nothing new\n\n"


class FollowHandlers:
    """The handler of the operation that follows a journal."""

    def __init__(self, journal_tails: JournalTails) -> None:
        self._journal_tails = journal_tails

    @operation("followJournal")
    async def follow(self, sandbox_id: str, after: float = 0) -> "EventStream":
        """Stream new exchanges of a journal; a client that reconnects continues after its last event."""
        last_ids = connexion.request.headers.getlist(_LAST_EVENT_ID)
        try:
            number = _read_number(last_ids) if last_ids else int(after)
            return EventStream(await self._journal_tails.follow(sandbox_id, number))
        except TooManyFollowersError as error:
            raise ControlError(409, str(error), "End one of them, or follow another sandbox.") from None


def _read_number(last_ids: list[str]) -> int:
    (text,) = last_ids if len(last_ids) == 1 else ("",)
    if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
        hint = "Send the id of the last event, or leave the header out."
        raise ControlError(400, f"the header {_LAST_EVENT_ID} is not the number of an exchange", hint)
    return int(text)


class EventStream(StreamingResponse):
    """The server-sent events of a journal's tail, which is closed at the end of the stream."""

    media_type = "text/event-stream"

    def __init__(self, tail: Tail) -> None:
        super().__init__(_events(tail), headers={"Cache-Control": "no-store"})
        self._tail = tail

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; for HEAD only its headers."""
        try:
            if scope["method"] == "HEAD":
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b""})
            else:
                await super().__call__(scope, receive, send)
        finally:
            self._tail.close()


async def _events(tail: Tail) -> AsyncIterator[bytes]:
    yield b": the journal, live\n\n"
    async for batch in tail.news():
        if batch is None:
            yield _HEARTBEAT
        else:
            # One write for all: each costs the server, and a page, as much as an event does.
            yield b"".join(_batch_events(batch))


def _batch_events(batch: Batch) -> list[bytes]:
    """Return the events of a batch; a client that reconnects sends the id of its last event to continue."""
    reading = batch.reading
    reset = [_event(0, {}, b"reset")] if batch.anew else []
    dropped = [_event(reading.dropped, {"dropped": batch.dropped}, b"dropped")] if batch.dropped else []
    return reset + dropped + [_event(exchange.number, summary(exchange, reading)) for exchange in reading.exchanges]


def _event(number: int, data: object, name: bytes | None = None) -> bytes:
    kind = b"" if name is None else b"event: %b\n" % name
    return b"%bid: %d\ndata: %b\n\n" % (kind, number, orjson.dumps(data))
