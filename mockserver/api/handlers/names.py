"""A rule for names in request bodies that the contract cannot express."""

from collections.abc import Mapping
from typing import Any

from mockserver.domain.refusal import Reason, Refusal, refused


def require_visible_name(body: Mapping[str, Any]) -> Refusal | None:
    """Refuse a name without a visible character, where the operation documents no 422 for it (our choice)."""
    if body["name"].strip():
        return None
    return refused(
        Reason.INVALID_REQUEST,
        "Request validation failed: the name is blank.",
        "Send a name with at least one visible character.",
        **{"in": "body", "name": "name"},
    )
