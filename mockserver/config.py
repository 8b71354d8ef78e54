"""What a server can be told: one frozen record, filled from the command line or by a test."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a server is told at its start.

    `job_duration`: milliseconds. `max_body`: bytes. `log_format`: None, `text` or `json`. `journal_limit`: exchanges
    that each sandbox keeps, 0 for none; `journal_bytes`: and how large they may be together.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    store: str = "memory"
    seed: int = 0
    seed_file: Path | None = None
    admin_token: str | None = None
    allowed_hosts: frozenset[str] = frozenset()
    job_duration: int = 30_000
    log_format: str | None = None
    max_body: int = 1 << 20
    journal_limit: int = 1_000
    journal_bytes: int = 4 << 20
    validate_responses: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK
