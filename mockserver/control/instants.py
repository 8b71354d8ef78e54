"""The parser of instants in bodies of the control plane."""

from mockserver.control.errors import ControlError
from mockserver.domain.instant import END, iso, parse

LAST = iso(END - 1)
"""The last accepted instant."""


def instant(name: str, text: str) -> int:
    """Parse a member of the body as an instant, in milliseconds.

    Raises:
        ControlError: 400 for a member that is not an instant or is beyond the last one.
    """
    try:
        milliseconds = parse(text)
    except (ValueError, OverflowError) as error:
        hint = "Write it like 2026-04-28T15:30:00.000Z."
        raise ControlError(400, f"the body's {name} is not an instant: {error}", hint) from None
    if milliseconds >= END:
        raise ControlError(400, f"the body's {name} goes up to {LAST}; this is later")
    return milliseconds
