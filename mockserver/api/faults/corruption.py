"""Corrupted responses: truncated bodies, malformed JSON, wrong content types, connection resets."""

from collections.abc import Awaitable, Callable
from typing import assert_never

from starlette.types import Message, Scope, Send

from mockserver.api.envelope import Envelopes, send_json
from mockserver.domain.fault import FaultKind
from mockserver.ports import CLOSE, RESET
from mockserver.recording.request_record import note_cut_off

Then = Callable[[Message, bytes], Awaitable[None]]

_WRONG_TYPE = (b"content-type", b"text/html; charset=utf-8")


class BufferedSend:
    """An ASGI `send` that buffers a response until it is complete, and passes its start and its body to `then`."""

    def __init__(self, then: Then) -> None:
        self._then = then
        self._start: Message = {}
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        """Buffer the next message of the application."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._then(self._start, b"".join(self._parts))


async def send_whole(send: Send, start: Message, content: bytes) -> None:
    """Send a response as it is."""
    await send(start)
    await send({"type": "http.response.body", "body": content})


async def send_corrupted(kind: FaultKind, send: Send, start: Message, content: bytes, scope: Scope) -> None:
    """Send a response, corrupted by a fault of some kind."""
    match kind:
        case FaultKind.TRUNCATED_BODY:
            await send(start)
            first_half = content[: len(content) // 2]
            can_close = CLOSE in scope.get("extensions", {})
            await send({"type": "http.response.body", "body": first_half, "more_body": can_close})
            if can_close:
                note_cut_off(scope)
                await send({"type": CLOSE})
        case FaultKind.MALFORMED_JSON:
            await send_whole(send, start, content[:-1] + b",")
        case FaultKind.WRONG_CONTENT_TYPE:
            headers = [header for header in start["headers"] if header[0] != b"content-type"]
            await send_whole(send, {**start, "headers": [_WRONG_TYPE, *headers]}, content)
        case FaultKind.RESPONSE | FaultKind.DELAY | FaultKind.LATE_ANSWER:
            await send_whole(send, start, content)
        case FaultKind.RESET_BEFORE | FaultKind.RESET_AFTER:
            raise ValueError(f"{kind} sends no response")
        case _:
            assert_never(kind)


async def reset(send: Send, scope: Scope, envelopes: Envelopes, fault_id: str) -> None:
    """Reset the connection; if the transport cannot, send a 500, which leaves the outcome as uncertain."""
    if RESET in scope.get("extensions", {}):
        note_cut_off(scope)
        await send({"type": RESET})
        return
    hint = "Use the server over a socket."
    message = f"Here the fault {fault_id} would have reset the connection, which this transport cannot. {hint}"
    body = envelopes.error(500, message, {"rule": "fault", "faultId": fault_id, "hint": hint})
    await send_json(send, body, 500)
