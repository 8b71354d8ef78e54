"""The access log: one line for each request, as text or as JSON."""

import json
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.recording.request_record import REFUSAL

Write = Callable[[str], None]


class AccessLogMiddleware:
    """A layer that logs method, path, status and duration of each request, but never its key or body."""

    def __init__(
        self, app: ASGIApp, *, write: Write, as_json: bool, timer: Callable[[], float] = time.perf_counter
    ) -> None:
        self.app = app
        self._write = write
        self._as_json = as_json
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log its line when it has ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        started = self._timer()

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note_status)
        finally:
            if REFUSAL in scope:
                status, _ = scope[REFUSAL]
            self._write(self._line(scope, status, (self._timer() - started) * 1000))

    def _line(self, scope: Scope, status: int, milliseconds: float) -> str:
        path = scope["path"].encode("unicode_escape").decode()
        if self._as_json:
            fields = {"method": scope["method"], "path": path, "status": status, "ms": round(milliseconds, 2)}
            return json.dumps(fields)
        return f"{scope['method']} {path} {status} {milliseconds:.2f} ms"
