"""A refusal as a value: the rule that refused, the vendor's error code, and a hint for the developer."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class Reason(Enum):
    """A reason to refuse a request: `rule` for `error.details.rule`, and `code`, the vendor's error code."""

    def __init__(self, rule: str, code: str) -> None:
        self.rule = rule
        self.code = code

    INVALID_KEY = ("api-key", "UNAUTHORIZED")
    RATE_LIMITED = ("rate-limit", "RATE_LIMITED")
    MISSING_PERMISSION = ("permission", "FORBIDDEN")
    INVALID_REQUEST = ("validation", "VALIDATION_ERROR")
    FOREIGN_ACCOUNT_GROUP = ("account-group", "FORBIDDEN")
    NOT_FOUND = ("resource", "NOT_FOUND")
    NOT_READY = ("guard", "AUDIENCE_NOT_READY")
    CONFLICT = ("active-jobs", "CONFLICT")
    IDEMPOTENCY_CONFLICT = ("idempotency-key", "IDEMPOTENCY_CONFLICT")
    INSUFFICIENT_CREDITS = ("credits", "INSUFFICIENT_CREDITS")
    UNPROCESSABLE = ("configuration", "UNPROCESSABLE")
    NOT_CANCELLABLE = ("cancellable-status", "VALIDATION_ERROR")
    INTERNAL = ("internal", "INTERNAL_ERROR")


class Refusal(NamedTuple):
    """A refusal: the reason, a message for the developer, and the same content as structured details."""

    reason: Reason
    message: str
    details: Mapping[str, Any]


def refused(reason: Reason, problem: str, hint: str, **details: object) -> Refusal:
    """Return a refusal.

    Args:
        reason: The reason.
        problem: The first part of the message: what is wrong.
        hint: The second part: how to get the request accepted. Also `error.details.hint`.
        **details: More members of `error.details`; `rule` overrides the reason's rule with a narrower one.
    """
    return Refusal(reason, f"{problem} {hint}", {"rule": reason.rule, **details, "hint": hint})
