"""Long JSON responses: encoded in pieces while their clients take them.

A response of many megabytes that is encoded at once holds up everybody else, and fills the memory if its client does
not read. Its records, which the store holds anyway, take neither.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mockserver.api.long_responses import LongResponses, Place
from mockserver.ports import RESET

T = TypeVar("T")
Json = Any

LONG = 262_144
"""The characters of text from which a response counts as long: below, it takes less than a millisecond to encode."""
_PIECE = 65_536


class Rows(Generic[T]):
    """An array of a JSON document, whose items are rendered while they are encoded."""

    def __init__(self, view: Callable[[T], Json], records: Sequence[T]) -> None:
        self.view = view
        self.records = records


MakeRows = Callable[[Callable[[T], Json], Sequence[T]], Json]
"""A function that makes an array of a view and its records: a list, or `Rows`."""


def rendered(view: Callable[[T], Json], records: Sequence[T]) -> list[Json]:
    """Return an array that is rendered at once."""
    return list(map(view, records))


def in_rows(value: Json) -> Json:
    """Return a JSON value with `Rows` in place of its arrays."""
    if isinstance(value, list):
        return Rows(in_rows, value)
    return {name: in_rows(member) for name, member in value.items()} if isinstance(value, dict) else value


def is_long(document: Json) -> bool:
    """Return whether a JSON document has that many characters of text and names."""
    size, values = 0, [document]
    while values and size < LONG:
        value = values.pop()
        if isinstance(value, dict):
            size += sum(map(len, value))
            values += value.values()
        elif isinstance(value, list):
            values += value
        elif isinstance(value, str):
            size += len(value)
    return size >= LONG


def pieces(document: Json) -> Iterator[bytes]:
    """Yield a JSON document in pieces of some size, each one encoded when it is asked for."""
    parts, size = [], 0
    for part in _parts(document):
        parts.append(part)
        size += len(part)
        if size >= _PIECE:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join(parts)


def _parts(document: Json) -> Iterator[bytes]:
    """Yield a JSON document in parts: every item of `Rows`, and what is between them."""
    if isinstance(document, Rows):
        opening = b"["
        for record in document.records:
            yield opening
            yield from _parts(document.view(record))
            opening = b","
        yield b"]" if opening == b"," else b"[]"
    elif isinstance(document, dict) and any(isinstance(value, Rows | dict) for value in document.values()):
        opening = b"{"
        for name, value in document.items():
            yield opening + orjson.dumps(name) + b":"
            yield from _parts(value)
            opening = b","
        yield b"}"
    else:
        yield orjson.dumps(document)


class LongJson(Response):
    """A JSON response with `Rows`, which is sent in pieces.

    Args:
        document: The document.
        responses: The long responses that are being sent.
        status: The status.
    """

    media_type = "application/json"

    def __init__(self, document: Json, responses: LongResponses, status: int = 200) -> None:
        super().__init__(status_code=status)
        self.document = document
        self._responses = responses
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; BusyError if there is no place for it."""

        async def reset() -> None:
            await send({"type": RESET})

        place = await self._responses.enter(reset if RESET in scope.get("extensions", {}) else None)
        gone = asyncio.ensure_future(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await self._send_body(send, place, gone)
        finally:
            self._responses.leave(place)
            gone.cancel()

    async def _send_body(self, send: Send, place: Place, gone: asyncio.Future[None]) -> None:
        for piece in pieces(self.document):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            self._responses.note_progress(place)
            await asyncio.sleep(0)  # everybody else has a turn, even if the client is as fast as the encoder
            if gone.done():
                return
        await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    """Return when the client has disconnected."""
    while (await receive())["type"] != "http.disconnect":
        pass
