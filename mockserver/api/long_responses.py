"""The places of long responses: only so many of them are sent at a time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_STALLED = 5.0  # seconds without progress, after which a response makes room for another one


class BusyError(Exception):
    """Too many long responses are being sent, and no place has become free for another one."""


@dataclass(eq=False, slots=True)
class Place:
    """The place of a long response among those that are being sent.

    Attributes:
        moved: The time at which its client last took a piece.
        reset: The function that resets its connection; None if the transport cannot.
    """

    moved: float
    reset: Callable[[], Awaitable[None]] | None


class LongResponses:
    """The long responses that are being sent: one that makes no progress is cut off if another one needs its place.

    Attributes:
        limit: The number of places.
        most_waiting: The number of further responses that wait for a place.
        patience: The seconds for which they wait.
        timer: The clock of the progress, in seconds.
    """

    def __init__(
        self,
        limit: int = 16,
        timer: Callable[[], float] = time.perf_counter,
        *,
        most_waiting: int = 48,
        patience: float = 10.0,
    ) -> None:
        self.limit = limit
        self.most_waiting = most_waiting
        self.patience = patience
        self.timer = timer
        self._places: set[Place] = set()
        self._waiting: set[asyncio.Event] = set()

    async def enter(self, reset: Callable[[], Awaitable[None]] | None) -> Place:
        """Return a place for a response, once there is one; BusyError if there is none for too long."""
        if len(self._places) >= self.limit and not await self._make_room():
            await self._wait_for_room()
        place = Place(self.timer(), reset)
        self._places.add(place)
        return place

    async def _wait_for_room(self) -> None:
        await asyncio.sleep(0)  # the server may have started this without a task, which a timeout needs
        try:
            async with asyncio.timeout(self.patience):
                while len(self._places) >= self.limit and not await self._make_room():
                    await self._wait()
        except TimeoutError:
            raise self._busy() from None

    async def _wait(self) -> None:
        """Wait until a place has been left, or a response has had the time to stall."""
        if len(self._waiting) >= self.most_waiting:
            raise self._busy()
        left = asyncio.Event()
        self._waiting.add(left)
        try:
            async with asyncio.timeout(_STALLED):
                await left.wait()
        except TimeoutError:
            pass  # the caller looks for a response that has stalled
        finally:
            self._waiting.discard(left)

    def _busy(self) -> BusyError:
        return BusyError(f"{self.limit} long responses are being sent; there is no place for another one")

    def note_progress(self, place: Place) -> None:
        """Note that the client of a response has taken a piece."""
        place.moved = self.timer()

    def leave(self, place: Place) -> None:
        """Give up a place, and let those who wait look for one."""
        self._places.discard(place)
        for left in self._waiting:
            left.set()

    async def _make_room(self) -> bool:
        oldest = min(self._places, key=lambda place: place.moved)
        if oldest.reset is None or self.timer() - oldest.moved < _STALLED:
            return False
        self._places.discard(oldest)
        await oldest.reset()
        return True
