"""Identifiers: 24 lower-case hex digits, derived from a sandbox's secret and a serial number.

The vendor's pages do not state a format; every example has this one (our choice).
"""

import hashlib

PATTERN = "^[0-9a-f]{24}$"


def identifier(secret: str, serial: int) -> str:
    """Return the identifier for a serial number; the same secret and number give the same identifier."""
    return hashlib.blake2b(f"{secret}/{serial}".encode(), digest_size=12).hexdigest()
