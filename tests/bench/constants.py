"""The constant response bodies of the servers that check nothing."""

import json
from typing import Any

_ENVELOPE = {"success": True, "error": None, "traceId": "0123456789abcdef01234567"}
DELETED: dict[str, Any] = {**_ENVELOPE, "data": {"deleted": True}}
AUDIENCE: dict[str, Any] = {
    **_ENVELOPE,
    "data": {
        "id": "0123456789abcdef01234567",
        "name": "Heads of sales",
        "type": "on_demand",
        "description": None,
        "folderId": None,
        "prospectCount": 0,
        "createdAt": "2026-04-28T15:30:00.000Z",
    },
}


def compact(body: dict[str, Any]) -> bytes:
    """Return a body as JSON without blanks."""
    return json.dumps(body, separators=(",", ":")).encode()
