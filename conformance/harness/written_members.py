"""The members of an audience that a client writes, and names that have to be read as they were written."""

from typing import Any

from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.snapshots import read

NAMES = ("Heads of sales", "Vertrieb, Größe & Zoë 東京 🚀", "a" * 120, "quotes \" ' \\ / <b>")
SENT = ("name", "description")
STABLE = ("id", "name", "description", "folderId")
"""The members of an audience that do not change by themselves."""


def stable_members(context: CheckContext, key: Key, audience_id: str) -> dict[str, Any]:
    """Read the members of an audience that do not change by themselves."""
    audience, _ = read(context, key, audience_id)
    return {name: audience.get(name) for name in STABLE}
