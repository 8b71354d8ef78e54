"""Holds a request back for a while, unless its client goes away."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive

Pause = Callable[[float], Awaitable[None]]

_AHEAD = 1 << 20


class DelayedRequest:
    """A request whose body is read ahead while it waits, since it is behind the body that a client's going shows.

    `receive` gives the application what was read, and then the rest. Past 1 MiB the body waits like the request.
    """

    def __init__(self, receive: Receive, pause: Pause) -> None:
        self._receive = receive
        self._pause = pause
        self._read: deque[Message] = deque()

    async def receive(self) -> Message:
        """The next message for the application."""
        return self._read.popleft() if self._read else await self._receive()

    async def read(self) -> None:
        """Read the body, of which at most 1 MiB: the client has sent it, whatever becomes of the request."""
        size = 0
        while size <= _AHEAD:
            message = await self.receive()
            size += len(message.get("body", b"")) + 1
            if not message.get("more_body", False):
                return

    async def read_ahead(self) -> bool:
        """Read what is not read yet of the body, at most 1 MiB of it; False where the rest does not come."""
        size = 0
        while size <= _AHEAD and not (self._read and not self._read[-1].get("more_body", False)):
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return False
            self._read.append(message)
            size += len(message.get("body", b"")) + 1
        return True

    async def hold(self, milliseconds: int) -> bool:
        """Wait; False as soon as the client has gone."""
        if not milliseconds:
            return True
        over = asyncio.ensure_future(self._pause(milliseconds / 1_000))
        gone = asyncio.ensure_future(self._is_gone())
        try:
            await asyncio.wait({over, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done() and gone.result():
                return False
            await over
            return True
        finally:
            over.cancel()
            gone.cancel()
            await asyncio.gather(over, gone, return_exceptions=True)

    async def _is_gone(self) -> bool:
        """Wait for the client to go; False where that cannot be seen behind a body that is too large."""
        size = 0
        while size <= _AHEAD:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return True
            self._read.append(message)
            size += len(message.get("body", b"")) + 1
        return False
