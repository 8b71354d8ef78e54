"""Instants are whole milliseconds since 1970-01-01T00:00:00Z; this is how they are written."""

from datetime import UTC, datetime, timedelta

END = 221_845_392_000_000
"""The year 9000, which no instant that is given may reach: no date is written after 9999, and some things last."""

_BEGIN = -62_135_596_800_000
"""The year 1, before which no date is written."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE = len("+00:00")


def iso(instant: int) -> str:
    """Write an instant as the vendor's examples do: ISO 8601, UTC, milliseconds (`2026-04-28T15:30:00.000Z`)."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    return f"{moment.isoformat(timespec='milliseconds')[:-_ZONE]}Z"


def parse(text: str) -> int:
    """Read an ISO 8601 date and time with a zone as an instant; ValueError if it is none, or lies before the year 1."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it like 2026-04-28T15:30:00.000Z")
    instant = (moment - _EPOCH) // timedelta(milliseconds=1)
    if instant < _BEGIN:
        raise ValueError(f"{text!r} lies before the year 1")
    return instant
