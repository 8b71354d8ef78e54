"""An API key: which account groups it opens, and what it may do there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of exactly one sandbox, for one account group or several.

    `limited`: its rate limit counts as exhausted until told otherwise.
    `failures`: that many of its next otherwise accepted requests fail internally.
    """

    token: str
    name: str
    permissions: frozenset[str]
    account_group_ids: frozenset[str]
    revoked: bool = False
    limited: bool = False
    failures: int = 0
