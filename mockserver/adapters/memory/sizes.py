"""The bytes that records count for in the memory store: their texts, and a constant for all else, indexes included."""

from sys import getsizeof
from typing import Any

from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox

SNAPSHOT = 1_500
JOB = 1_700
_SANDBOX = 4_500
_FAULT = 800
_RESEND = 250
_KEY = 2_400
_OPENED = 160
_RECORD = 900
_MEMBER = 64


class Capacity:
    """The bytes that a store may hold, and those that it does hold: one sum, kept by all who add and remove.

    Attributes:
        limit: The bytes that it may hold.
        journal_limit: The bytes up to which journals grow, so that records find room beside them.
        taken: The bytes that it holds.
    """

    __slots__ = ("journal_limit", "limit", "taken")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.journal_limit = limit - limit // 4
        self.taken = 0


def document_size(value: Any) -> int:  # noqa: ANN401  (JSON)
    """Return the size of a JSON value."""
    size, values = 0, [value]
    while values:  # a loop, since calls take twice as long, and a document has up to 50,000 values
        value = values.pop()
        size += getsizeof(value)
        if isinstance(value, dict):
            size += _MEMBER * len(value)
            values += value.values()
        elif isinstance(value, (list, tuple)):
            values += value
    return size


def sandbox_size(sandbox: Sandbox) -> int:
    """Return the size of a sandbox's own record, and of an empty sandbox."""
    faults = sum(_FAULT + getsizeof(fault.key) + _RESEND * len(fault.awaited) for fault in sandbox.faults)
    return _SANDBOX + getsizeof(sandbox.name) + getsizeof(sandbox.run) + faults


def key_size(key: ApiKey) -> int:
    """Return the size of a key."""
    return _KEY + getsizeof(key.name) + _OPENED * len(key.account_group_ids)


def named_size(record: AccountGroup | Folder) -> int:
    """Return the size of an account group or a folder."""
    return _RECORD + getsizeof(record.name)


def audience_size(audience: Audience) -> int:
    """Return the size of an audience."""
    size = _RECORD + getsizeof(audience.name)
    if audience.description:
        size += getsizeof(audience.description)
    return size + document_size(audience.urls) if audience.urls else size


def replay_size(replay: Replay) -> int:
    """Return the size of the use of an idempotency key."""
    return _RECORD + getsizeof(replay.idempotency_key)
