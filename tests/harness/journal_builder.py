"""A builder of journals: one exchange after the other, each by the fields that matter to a test."""

import json
from collections.abc import Mapping
from typing import Any

from mockserver.domain.sandbox import SandboxClock
from mockserver.recording.exchange import Exchange

GROUP = "a" * 24
AUDIENCE = "b" * 24
JOB = "c" * 24
FOLDER = "f" * 24
BASE = f"/v1/accounts/{GROUP}"
START = 1_777_390_200_000

PATHS: Mapping[str, tuple[str, str]] = {
    "deleteAudience": ("DELETE", f"{BASE}/audiences/{AUDIENCE}"),
    "getAudience": ("GET", f"{BASE}/audiences/{AUDIENCE}"),
    "updateAudience": ("PATCH", f"{BASE}/audiences/{AUDIENCE}"),
    "listAudiences": ("GET", f"{BASE}/audiences"),
    "createAudience": ("POST", f"{BASE}/audiences"),
    "getAudienceNavigation": ("GET", f"{BASE}/audiences/navigation"),
    "listAudienceProspects": ("GET", f"{BASE}/audiences/{AUDIENCE}/prospects"),
    "createAudienceFolder": ("POST", f"{BASE}/audiences/folders"),
    "renameAudienceFolder": ("PATCH", f"{BASE}/audiences/folders/{FOLDER}"),
    "moveAudienceToFolder": ("POST", f"{BASE}/audiences/{AUDIENCE}/move-to-folder"),
    "removeAudienceFromFolder": ("POST", f"{BASE}/audiences/{AUDIENCE}/remove-from-folder"),
    "startProspectingJob": ("POST", f"{BASE}/prospecting"),
    "getProspectingJob": ("GET", f"{BASE}/prospecting/{JOB}"),
    "listProspectingJobs": ("GET", f"{BASE}/prospecting"),
    "cancelProspectingJob": ("POST", f"{BASE}/prospecting/{JOB}/cancel"),
    "listAccounts": ("GET", "/v1/accounts"),
}
LOST: Mapping[str, Any] = {"status": None}


class JournalBuilder:
    """Exchanges on one connection; by default each begins `gap` seconds after the end of the previous exchange."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.now = 100.0
        self.ahead = 0

    def add(
        self, operation: str | None, status: int | None = 200, *, gap: float = 1.0, body: Any = None, **more: Any
    ) -> Exchange:
        """Add an exchange. `idempotency_key`, `retry_after`: the headers. `item`: another audience, folder or job."""
        method, path = PATHS.get(operation or "", ("GET", "/v1/nothing"))
        self.now += gap
        exchange = Exchange(
            operation=operation,
            token="sk_test_one",
            clock=SandboxClock(offset=self.ahead),
            number=len(self.exchanges) + 1,
            real=START + round(self.now * 1_000),
            began=self.now,
            ended=self.now + 0.01,
            method=method,
            path=path,
            status=status,
            whole=status is not None,
            peer=("127.0.0.1", 5000),
        )
        self.now = exchange.ended
        if body is not None:
            exchange.request_body = json.dumps(body).encode()
            exchange.request_size = len(exchange.request_body)
        self._adjust(exchange, more)
        self.exchanges.append(exchange)
        return exchange

    @staticmethod
    def _adjust(exchange: Exchange, more: dict[str, Any]) -> None:
        if (key := more.pop("idempotency_key", None)) is not None:
            exchange.request_headers = [(b"idempotency-key", key.encode())]
        if (seconds := more.pop("retry_after", None)) is not None:
            exchange.response_headers = [(b"retry-after", str(seconds).encode())]
        if (item := more.pop("item", None)) is not None:
            exchange.path = exchange.path.replace(AUDIENCE, item).replace(JOB, item).replace(FOLDER, item)
        if (group := more.pop("group", None)) is not None:
            exchange.path = exchange.path.replace(GROUP, group)
        for name, value in more.items():
            setattr(exchange, name, value)
