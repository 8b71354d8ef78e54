"""The state of the Starlette peer: API keys, account groups with their audiences, and active jobs."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from time import time_ns
from typing import Any

Audience = dict[str, Any]
"""An audience, kept as the JSON object that the API shows."""

ALL_PERMISSIONS = frozenset({"audiences:read", "audiences:write", "prospects:read", "prospecting:read"})


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. `expires_at`: in milliseconds since 1970; None for never."""

    name: str
    permissions: frozenset[str]
    group_ids: frozenset[str]
    revoked: bool
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """An account group with its audiences by identifier."""

    plan: str
    audiences: dict[str, Audience] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """A job that populates an audience until somebody ends it."""

    id: str
    status: str


class State:
    """The content of a seed document, and the changes made since.

    Attributes:
        jobs: the active jobs, by the audience that each populates.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._trace_prefix = secrets.token_hex(7)
        self._traces = count()
        self.reset()

    def reset(self) -> None:
        """Return to the seed document."""
        now = iso(now_ms())
        self.groups: dict[str, Group] = {}
        self.jobs: dict[str, Job] = {}
        for group in self._document["accountGroups"]:
            kept = self.groups[group["id"]] = Group(group.get("plan", "scale"))
            for audience in group["audiences"]:
                kept.audiences[audience["id"]] = new_audience(audience["id"], audience, now)
                if "job" in audience:
                    self.jobs[audience["id"]] = Job(secrets.token_hex(12), audience["job"]["status"])
        self.keys = {key["key"]: self._key(key) for key in self._document["keys"]}

    def _key(self, key: Mapping[str, Any]) -> Key:
        expires_at = key.get("expiresAt")
        return Key(
            key.get("name", key["key"]),
            frozenset(key.get("permissions", ALL_PERMISSIONS)),
            frozenset(key.get("accountGroupIds", self.groups)),
            key.get("revoked", False),
            None if expires_at is None else int(datetime.fromisoformat(expires_at).timestamp() * 1000),
        )

    def trace_id(self) -> str:
        """Return a fresh trace id."""
        return f"{self._trace_prefix}{next(self._traces):010x}"


def new_audience(audience_id: str, content: Mapping[str, Any], created_at: str) -> Audience:
    """Return an audience with the members that the API shows."""
    return {
        "id": audience_id,
        "name": content["name"],
        "type": content.get("type", "on_demand"),
        "description": content.get("description"),
        "folderId": None,
        "prospectCount": 0,
        "createdAt": created_at,
    }


def now_ms() -> int:
    """Return the present in milliseconds since 1970."""
    return time_ns() // 1_000_000


def iso(instant: int) -> str:
    """Return an instant as the API writes it."""
    moment = datetime.fromtimestamp(instant / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
