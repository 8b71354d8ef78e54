"""The operation that follows a journal live: server-sent events, as long as the client listens."""

from collections.abc import AsyncIterator

import connexion
import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.api.operations import operation
from mockserver.control.errors import ControlError
from mockserver.control.journal_views import summary
from mockserver.service.journal_tail import Batch, JournalTails, Tail, TooManyFollowersError

_LAST = "Last-Event-ID"
_DIGITS = 15
_HEARTBEAT = b": nothing new\n\n"


class FollowHandlers:
    """One method per operation; arguments come checked against the contract."""

    def __init__(self, following: JournalTails) -> None:
        self._following = following

    @operation("followJournal")
    async def follow(self, sandbox_id: str, after: float = 0) -> "EventStream":
        """Send what is new in a journal; where a stream broke off, from the exchange on that the client saw last."""
        seen = connexion.request.headers.getlist(_LAST)
        try:
            return EventStream(await self._following.follow(sandbox_id, _number(seen) if seen else int(after)))
        except TooManyFollowersError as error:
            raise ControlError(409, str(error), "End one of them, or follow another sandbox.") from None


def _number(seen: list[str]) -> int:
    (text,) = seen if len(seen) == 1 else ("",)
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        hint = "Send the id of the last event, or leave the header out."
        raise ControlError(400, f"the header {_LAST} is not the number of an exchange", hint)
    return int(text)


class EventStream(StreamingResponse):
    """What a follower learns, as server-sent events; it closes the follower."""

    media_type = "text/event-stream"

    def __init__(self, follower: Tail) -> None:
        super().__init__(_events(follower), headers={"Cache-Control": "no-store"})
        self._follower = follower

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it; HEAD is answered with the headers alone."""
        try:
            if scope["method"] == "HEAD":
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await send({"type": "http.response.body", "body": b""})
            else:
                await super().__call__(scope, receive, send)
        finally:
            self._follower.close()


async def _events(follower: Tail) -> AsyncIterator[bytes]:
    yield b": the journal, live\n\n"
    async for news in follower.news():
        if news is None:
            yield _HEARTBEAT
        else:
            for event in _told(news):
                yield event


def _told(news: Batch) -> list[bytes]:
    """The events of some news; their ids are what a client that comes back sends to go on from there."""
    reading = news.reading
    reset = [_event(0, {}, b"reset")] if news.anew else []
    dropped = [_event(reading.dropped, {"dropped": news.dropped}, b"dropped")] if news.dropped else []
    return reset + dropped + [_event(one.number, summary(one, reading)) for one in reading.exchanges]


def _event(number: int, data: object, name: bytes | None = None) -> bytes:
    kind = b"" if name is None else b"event: %b\n" % name
    return b"%bid: %d\ndata: %b\n\n" % (kind, number, orjson.dumps(data))
