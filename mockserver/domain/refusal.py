"""A refusal is a value: the rule that said no, in the vendor's code, with what would get past it."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple


class Reason(Enum):
    """Why a request is refused: `rule`, as `error.details.rule` shows it, and `code`, the vendor's error code."""

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
    """One no: why, a message for the developer who reads it, and the same as structured details."""

    reason: Reason
    message: str
    details: Mapping[str, Any]


def refused(reason: Reason, what: str, hint: str, **details: object) -> Refusal:
    """A refusal whose message says what is wrong, and then what would get past it.

    `details` go onto the wire beside `rule` (the reason's own, unless they name a narrower one) and `hint`.
    """
    return Refusal(reason, f"{what} {hint}", {"rule": reason.rule, **details, "hint": hint})
