"""The access log: one line for each request, as text or as JSON, without secrets."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mockserver.recording.bearer import bearer_token
from mockserver.recording.request_record import RECORD, REFUSAL, RequestRecord

Write = Callable[[str], None]

_WORDS = frozenset(
    {
        "accounts",
        "audiences",
        "audiences.json",
        "audiences.typed.json",
        "coverage",
        "coverage.html",
        "favicon.ico",
        "findings",
        "job-pace",
        "journal.har",
        "move-to-folder",
        "navigation",
        "openapi.json",
        "prospecting",
        "prospects",
        "provider-states",
        "provider-states.json",
        "remove-from-folder",
        "sandboxes",
        "snapshots",
    }
)
"""The words of both contracts' paths that are long enough for a key, and a file that browsers ask for."""
_IDENTIFIER = re.compile("[0-9a-f]{24}")
_MIN_KEY_SIZE = 8
_SHOWN_START = 3
_HIDDEN = "..."
_FIRST_ERROR = 400


class AccessLogMiddleware:
    """A layer that logs method, path, status, decisive rule and duration of each request, but never its key or body.

    A part of the path that could be a key is cut: it has eight characters or more, and is neither a word of a contract
    nor an identifier.

    Args:
        app: The next application.
        write: The function that takes a line; it must not block.
        as_json: Whether a line is a JSON object.
        secret: The admin token, which no line shows; None for none.
        timer: The timer for durations, in seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        write: Write,
        as_json: bool,
        secret: str | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self._write = write
        self._as_json = as_json
        self._secret = secret
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log its line when it has ended."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status: int | None = None
        started = self._timer()
        scope[RECORD] = RequestRecord()  # the journal, if there is one, replaces it

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

    def _line(self, scope: Scope, status: int | None, milliseconds: float) -> str:
        record: RequestRecord = scope[RECORD]
        rule = "http" if REFUSAL in scope else record.rule or ("fault" if record.faults else None)
        path = shown_path(scope["path"], [self._secret, record.token, bearer_token(scope["headers"])])
        if self._as_json:
            fields: dict[str, Any] = {"method": scope["method"], "path": path, "status": status, "rule": rule}
            return json.dumps({**fields, "faults": list(record.faults), "ms": round(milliseconds, 2)})
        decision = rule or ("accepted" if status is not None and status < _FIRST_ERROR else "-")
        return f"{scope['method']} {path} {status or '-'} {' '.join([decision, *record.faults])} {milliseconds:.2f} ms"


def shown_path(path: str, secrets: list[str | None]) -> str:
    """Return a decoded path in ASCII, without these secrets, and with every part cut that could be a key."""
    for secret in secrets:
        if secret and secret in path:
            path = path.replace(secret, _HIDDEN)
    return "/".join(map(_shown_part, path.encode("unicode_escape").decode().split("/")))


def _shown_part(part: str) -> str:
    if len(part) < _MIN_KEY_SIZE or part in _WORDS or _IDENTIFIER.fullmatch(part):
        return part
    return part[:_SHOWN_START] + _HIDDEN
