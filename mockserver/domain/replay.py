"""What an idempotency key stands for while it is remembered."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Replay:
    """What an idempotency key was first used for, in one account group, until `expires_at`."""

    account_group_id: str
    idempotency_key: str
    fingerprint: str
    job_id: str
    expires_at: int
