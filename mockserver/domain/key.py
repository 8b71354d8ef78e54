"""An API key: which account groups it opens, and what it may do there."""

from dataclasses import dataclass

from mockserver.domain.limit import FULL, Bucket, RateLimit


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of exactly one sandbox, for one account group or several.

    `limited`: its rate limit counts as exhausted until told otherwise.
    `failures`: that many of its next otherwise accepted requests fail internally.
    `expires_at`: the instant of the sandbox's clock from which on it is no good; None for never.
    `limit`: its own rate limit, None where that of its sandbox holds; `bucket`: what it has spent of it.
    """

    token: str
    name: str
    permissions: frozenset[str]
    account_group_ids: frozenset[str]
    revoked: bool = False
    limited: bool = False
    failures: int = 0
    expires_at: int | None = None
    limit: RateLimit | None = None
    bucket: Bucket = FULL
