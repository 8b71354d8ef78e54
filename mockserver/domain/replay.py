"""The first use of an idempotency key, while the server remembers it."""

from dataclasses import dataclass

REPLAY_LIFETIME = 24 * 3_600_000
"""Milliseconds for which an idempotency key is remembered."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The job that an idempotency key started in an account group; remembered until `expires_at`."""

    account_group_id: str
    idempotency_key: str
    fingerprint: str
    job_id: str
    expires_at: int
