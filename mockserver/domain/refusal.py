"""A refusal is a value: the rule that said no, in the vendor's code, with what would get past it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Reason(Enum):
    """Why a request is refused; the value is (name of the rule, the vendor's error code)."""

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

    @property
    def rule(self) -> str:
        """The rule's name, as `error.details.rule` shows it."""
        return self.value[0]

    @property
    def code(self) -> str:
        """The vendor's error code."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One no: why, a message for the developer who reads it, and the same as structured details."""

    reason: Reason
    message: str
    details: Mapping[str, Any]


def refused(reason: Reason, what: str, hint: str, **details: object) -> Refusal:
    """A refusal whose message says what is wrong, and then what would get past it.

    `details` go onto the wire beside `rule` (the reason's own, unless they name a narrower one) and `hint`.
    """
    return Refusal(reason, f"{what} {hint}", {"rule": reason.rule, **details, "hint": hint})
