"""Instants: whole milliseconds since 1970-01-01T00:00:00Z, and their text form."""

from datetime import UTC, datetime, timedelta

END = 221_845_392_000_000
"""The year 9000, the bound of instants in requests: dates end with the year 9999, and durations may be added."""

_BEGIN = -62_135_596_800_000
"""The year 1, the first that a date can have."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ZONE_SIZE = len("+00:00")


def iso(instant: int) -> str:
    """Format an instant like the vendor's examples: ISO 8601, UTC, milliseconds (`2026-04-28T15:30:00.000Z`)."""
    moment = _EPOCH + timedelta(milliseconds=instant)
    return f"{moment.isoformat(timespec='milliseconds')[:-_ZONE_SIZE]}Z"


def parse(text: str) -> int:
    """Parse an ISO 8601 date and time with a time zone.

    Raises:
        ValueError: The text is not such a date and time, or lies before the year 1.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write it like 2026-04-28T15:30:00.000Z")
    instant = (moment - _EPOCH) // timedelta(milliseconds=1)
    if instant < _BEGIN:
        raise ValueError(f"{text!r} is before the year 1")
    return instant
