"""The settings of a server."""

import re
from dataclasses import dataclass
from pathlib import Path

from mockserver.domain.limit import RateLimit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MEMORY = "memory"
NO_LOG = "none"
FULL, RELAXED = DURABILITIES = ("full", "relaxed")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server, from the command line or from a test.

    Attributes:
        host: The address to listen on.
        port: The port to listen on; 0 for a free one.
        store: The address of the store.
        store_connections: The maximum number of connections of a process to a PostgreSQL store.
        durability: Whether a response waits until a database has its change on disk (`full`), or not (`relaxed`).
        seed: The seed of generated identifiers and keys; None for a secret one (`default` on loopback: 0).
        seed_file: The YAML or JSON file with the content of the sandbox `default`.
        watch: Whether a change of the seed file makes the sandbox `default` anew.
        admin_token: The token that the control plane requires; None for none.
        allowed_hosts: Further hosts that the control plane accepts in `Host`.
        job_duration: The duration of a job, in milliseconds.
        log_format: `text` or `json`; `none` for no access log.
        max_body: The maximum size of a body, in bytes.
        cors_origins: The origins whose pages may use the vendor's API, besides those of this machine, or `*` for all.
        max_connections: The maximum number of open connections.
        header_timeout: The time to receive the head of a request, in seconds.
        body_timeout: The time to receive each part of a body, in seconds.
        whole_body_timeout: The time to receive a whole body, in seconds.
        write_timeout: The time in which a client takes some part of what waits to be sent, in seconds.
        max_head: The maximum size of a head, in bytes.
        max_headers: The maximum number of headers.
        journal_limit: The maximum number of exchanges in the journal of each sandbox; 0 for no journal.
        journal_bytes: The maximum size of these exchanges together, in bytes.
        validate_responses: Whether to validate responses against the contract, for tests.
        rate_limit: The initial rate limit of each key of each sandbox; None for none.
        sandbox_expiry: The milliseconds of disuse after which a sandbox is deleted; None for never.
        max_sandboxes: The maximum number of sandboxes.
        max_data: The maximum size of all that the memory store holds, in bytes.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    store: str = MEMORY
    store_connections: int = 16
    durability: str = FULL
    seed: int | None = None
    seed_file: Path | None = None
    watch: bool = False
    admin_token: str | None = None
    allowed_hosts: frozenset[str] = frozenset()
    job_duration: int = 30_000
    log_format: str = NO_LOG
    max_body: int = 1 << 20
    cors_origins: frozenset[str] = frozenset()
    max_connections: int = 900
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    whole_body_timeout: float = 120.0
    write_timeout: float = 30.0
    max_head: int = 65_536
    max_headers: int = 200
    journal_limit: int = 1_000
    journal_bytes: int = 4 << 20
    validate_responses: bool = False
    rate_limit: RateLimit | None = None
    sandbox_expiry: int | None = 3_600_000
    max_sandboxes: int = 10_000
    max_data: int = 1 << 30

    @property
    def shown_store(self) -> str:
        """The address of the store, without user and password."""
        if self.store.startswith("sqlite:"):
            return self.store
        without_user = re.sub(r"^(\w+://)?.*@", r"\1", self.store)
        return re.sub(r"(password=)[^&]*", r"\1***", without_user, flags=re.IGNORECASE)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK
