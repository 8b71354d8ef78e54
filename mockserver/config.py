"""What a server can be told: one frozen record, filled from the command line or by a test."""

import re
from dataclasses import dataclass
from pathlib import Path

from mockserver.domain.limit import RateLimit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MEMORY = "memory"
ADMIN_TOKEN = "AUDIENCE_MOCK_ADMIN_TOKEN"  # noqa: S105  (the name of an environment variable)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a server is told at its start.

    `job_duration`: milliseconds. `max_body`: bytes. `log_format`: None, `text` or `json`. `rate_limit`: of each key of
    each sandbox, at its start. `sandbox_expiry`: milliseconds without a use after which a sandbox is gone, None for
    never; `max_sandboxes`: how many there may be. `journal_limit`: exchanges that each sandbox keeps, 0 for none;
    `journal_bytes`: and how large they may be together. `cors_origins`: those whose pages may use the vendor's API, as
    browsers send them, or `*`. A request has `header_timeout` seconds for its head, of at most `max_head` bytes and
    `max_headers` headers, `body_timeout` for each part of its body, and `whole_body_timeout` for all of it.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    store: str = MEMORY
    seed: int = 0
    seed_file: Path | None = None
    admin_token: str | None = None
    allowed_hosts: frozenset[str] = frozenset()
    job_duration: int = 30_000
    log_format: str | None = None
    max_body: int = 1 << 20
    cors_origins: frozenset[str] = frozenset()
    max_connections: int = 900
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    whole_body_timeout: float = 120.0
    max_head: int = 65_536
    max_headers: int = 200
    journal_limit: int = 1_000
    journal_bytes: int = 4 << 20
    validate_responses: bool = False
    rate_limit: RateLimit | None = None
    sandbox_expiry: int | None = 3_600_000
    max_sandboxes: int = 10_000

    @property
    def shown_store(self) -> str:
        """The address of the store, without user and password, however they are written."""
        if self.store.startswith("sqlite:"):
            return self.store
        return re.sub(r"(password=)[^&]*", r"\1***", re.sub(r"(?<=://).*@", "", self.store))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK
