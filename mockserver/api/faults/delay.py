"""Delays of requests, which end when the client disconnects."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive

Pause = Callable[[float], Awaitable[None]]

_MAX_READ_AHEAD = 1 << 20


class DelayedRequest:
    """A request whose body is read ahead during its delay, because a disconnect is only visible after the body.

    At most 1 MiB of the body is read ahead. `receive` returns the messages read ahead, and then the others.
    """

    def __init__(self, receive: Receive, pause: Pause) -> None:
        self._receive = receive
        self._pause = pause
        self._read: deque[Message] = deque()

    async def receive(self) -> Message:
        """Return the next message for the application."""
        return self._read.popleft() if self._read else await self._receive()

    @property
    def body(self) -> bytes:
        """The part of the body that has been read ahead."""
        return b"".join(message.get("body", b"") for message in self._read)

    async def read_ahead(self) -> bool:
        """Read ahead at most 1 MiB of the rest of the body; return False if the client has disconnected."""
        size = 0
        while size <= _MAX_READ_AHEAD and not (self._read and not self._read[-1].get("more_body", False)):
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            self._read.append(message)
            size += len(message.get("body", b"")) + 1
        return True

    async def hold(self, milliseconds: int) -> bool:
        """Wait for a number of milliseconds; return False as soon as the client has disconnected."""
        if not milliseconds:
            return True
        pause = asyncio.ensure_future(self._pause(milliseconds / 1_000))
        disconnect = asyncio.ensure_future(self._wait_for_disconnect())
        try:
            await asyncio.wait({pause, disconnect}, return_when=asyncio.FIRST_COMPLETED)
            if disconnect.done() and disconnect.result():
                return False
            await pause
            return True
        finally:
            pause.cancel()
            disconnect.cancel()
            await asyncio.gather(pause, disconnect, return_exceptions=True)

    async def _wait_for_disconnect(self) -> bool:
        """Wait until the client disconnects; return False if more than 1 MiB of body hides a disconnect."""
        size = 0
        while size <= _MAX_READ_AHEAD:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return True
            self._read.append(message)
            size += len(message.get("body", b"")) + 1
        return False
