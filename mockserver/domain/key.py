"""An API key: its account groups and its permissions in them."""

from dataclasses import dataclass

from mockserver.domain.limit import FULL, Bucket, RateLimit


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of exactly one sandbox, for one account group or several.

    Attributes:
        limited: Whether the rate limit counts as exhausted, whatever was sent.
        failures: The number of next requests, otherwise accepted, that fail with an internal error.
        expires_at: The instant of the sandbox's clock at which the key expires; None for never.
        limit: The key's own rate limit; None if the sandbox's applies.
        bucket: The token bucket of the rate limit.
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
