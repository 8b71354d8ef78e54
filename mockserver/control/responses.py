"""The return types of the control plane's handlers."""

from typing import Any

Body = dict[str, Any]
Response = tuple[Body | None, int]
"""A JSON document, or None for no body, and a status."""

GONE: Response = (None, 204)
