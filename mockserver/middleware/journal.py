"""The layer that records each exchange for the journal."""

import time
from collections.abc import Awaitable, Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.ports import Clock
from mockserver.recording.exchange import Exchange
from mockserver.recording.recorder import ExchangeRecorder
from mockserver.recording.request_record import RECORD

Keep = Callable[[str, Exchange], None]
Place = Callable[[Exchange], Awaitable[None]]

_METHODS_WITH_BODY = frozenset({"POST", "PATCH", "PUT"})


class JournalMiddleware:
    """A layer that records each exchange; it belongs in front of the injection of faults.

    Args:
        app: The next application.
        keep: The function that stores a record by the id of its sandbox.
        place: The function that finds the sandbox of a record without one, and stores the record.
        clock: The clock for the start of an exchange.
        timer: The timer for its duration, in seconds.
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
        """Pass a request on, and store its record however it ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        recorder = scope[RECORD] = ExchangeRecorder(scope, receive, send, self._clock.now(), self._timer())
        try:
            await self.app(scope, recorder.receive if recorder.method in _METHODS_WITH_BODY else receive, recorder.send)
        finally:
            recorder.end(scope, self._timer())
            if recorder.sandbox_id is None:
                await self._place(recorder)
            else:
                self._keep(recorder.sandbox_id, recorder)
