"""The conversion of records to JSON and back."""

from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from mockserver.adapters.sql.database import Row
from mockserver.domain.account import AccountGroup
from mockserver.domain.audience import Audience
from mockserver.domain.folder import Folder
from mockserver.domain.job import Job
from mockserver.domain.key import ApiKey
from mockserver.domain.replay import Replay
from mockserver.domain.sandbox import Sandbox
from mockserver.domain.snapshot import Snapshot
from mockserver.recording.exchange import Exchange

R = TypeVar("R")
_ENCODE = msgspec.json.Encoder().encode


def text(record: object) -> str:
    """Encode a record as JSON."""
    return _ENCODE(record).decode()


class Reader(Generic[R]):
    """The decoder of one kind of records; missing members get their defaults."""

    def __init__(self, kind: type[R]) -> None:
        self.decode = msgspec.json.Decoder(kind).decode

    def first(self, rows: Sequence[Row]) -> R | None:
        """Return the record of the first row, if there is one."""
        return self.decode(rows[0][0]) if rows else None

    def all(self, rows: Sequence[Row]) -> list[R]:
        """Return the records of all rows."""
        return [self.decode(row[0]) for row in rows]


SANDBOX = Reader(Sandbox)
API_KEY = Reader(ApiKey)
ACCOUNT_GROUP = Reader(AccountGroup)
AUDIENCE = Reader(Audience)
FOLDER = Reader(Folder)
JOB = Reader(Job)
REPLAY = Reader(Replay)
SNAPSHOT = Reader(Snapshot)
EXCHANGE = Reader(Exchange)
COUNTS = Reader(dict[str, int])
