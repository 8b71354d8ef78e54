"""Instants as the control plane takes them."""

from mockserver.control.errors import ControlError
from mockserver.domain.instant import END, iso, parse

LAST = iso(END - 1)
"""The last instant that may be given."""


def instant(name: str, text: str) -> int:
    """Read a member of the body as an instant; 400 for one that is none, or that cannot be written."""
    try:
        read = parse(text)
    except (ValueError, OverflowError) as error:
        hint = "Write it like 2026-04-28T15:30:00.000Z."
        raise ControlError(400, f"the body's {name} is not an instant: {error}", hint) from None
    if read >= END:
        raise ControlError(400, f"the body's {name} goes up to {LAST}, and not as far as this")
    return read
