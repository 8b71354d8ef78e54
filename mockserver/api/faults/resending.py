"""Requests that a user agent sends again by itself, because the connection that it had reused was reset.

Browsers do so for any method, until a request fails on a connection that has carried no other: only then does the page
see an error. A fault that resets a connection therefore resets the same request of a browser again. Other clients
seldom send a request again by themselves; for them this happens only if the fault's document says for how long.
"""

import hashlib

from starlette.types import Scope

from mockserver.domain.fault import Fault, Resend
from mockserver.ports import RESET, REUSED, Clock, Store
from mockserver.recording.request_record import RECORD, RequestRecord
from mockserver.service import faults

_BROWSER_WINDOW = 250


class Resending:
    """The detection of one request's repetition.

    Args:
        store: The store of the faults.
        clock: The real clock.
        sandbox_id: The sandbox of the request.
        scope: The ASGI scope of the request.
        token: The key of the request.
    """

    def __init__(self, store: Store, clock: Clock, sandbox_id: str, scope: Scope, token: str) -> None:
        self._store = store
        self._clock = clock
        self._sandbox_id = sandbox_id
        self._scope = scope
        self._token = token

    async def expect(self, fault: Fault, body: bytes) -> None:
        """Expect the request again after its reset, unless it came on a fresh connection of the user agent."""
        window = self._default_window() if fault.resend_window is None else fault.resend_window
        if not window or RESET not in self._scope.get("extensions", {}) or self._is_last_try():
            return
        now = self._clock.now()
        resend = Resend(self._digest(body), now + window)
        await faults.change(self._store, self._sandbox_id, fault.id, lambda stored: stored.awaiting(resend, now))

    def is_possible(self, stored: tuple[Fault, ...]) -> bool:
        """Return whether a fault awaits a request, so that it is worth reading the body."""
        return any(fault.awaited for fault in stored) and any(fault.awaits_any(self._clock.now()) for fault in stored)

    async def awaiting_fault(self, stored: tuple[Fault, ...], body: bytes) -> Fault | None:
        """Return the fault that awaits the request, and note the fact; None if the request is the client's own.

        On a fresh connection this is the last time: the user agent now reports the failure, and whatever comes later is
        the client's own.
        """
        request, now = self._digest(body), self._clock.now()
        fault = next((fault for fault in stored if fault.awaits(request, now)), None)
        if fault is not None:
            self._note(fault)
            if self._is_last_try():
                await faults.change(self._store, self._sandbox_id, fault.id, lambda one: one.not_awaiting(request))
        return fault

    def _is_last_try(self) -> bool:
        """Return whether the connection has carried no earlier request, and is not that of a proxy.

        A proxy that closes its connections tells nothing about those of the user agent.
        """
        is_closed = any(name == b"connection" and value.lower() == b"close" for name, value in self._scope["headers"])
        return REUSED not in self._scope["extensions"] and not is_closed

    def _default_window(self) -> int:
        """Return a window for browsers, each of which calls itself Mozilla, and none for other clients."""
        is_browser = any(name == b"user-agent" and value[:8] == b"Mozilla/" for name, value in self._scope["headers"])
        return _BROWSER_WINDOW if is_browser else 0

    def _note(self, fault: Fault) -> None:
        record: RequestRecord | None = self._scope.get(RECORD)
        if record is not None:
            record.faults, record.resent = [*record.faults, fault.id], True

    def _digest(self, body: bytes) -> str:
        """Return a digest of method, path, query, key and body."""
        target = f"{self._scope['method']} {self._scope['path']} ".encode() + self._scope["query_string"]
        parts = (target, self._token.encode(), body)
        return hashlib.blake2b(b"".join(b"%d:%b" % (len(part), part) for part in parts), digest_size=16).hexdigest()
