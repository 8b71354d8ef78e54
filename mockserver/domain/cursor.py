"""Opaque cursors, bound to one list, that name the last item returned, so that no item is skipped or repeated."""

import base64
import binascii
import hashlib
import hmac

_POSITION_SIZE = 8
_SEAL_SIZE = 12


def _seal(secret: str, listing: str, position: bytes) -> bytes:
    return hashlib.blake2b(position + listing.encode(), key=secret.encode()[:64], digest_size=_SEAL_SIZE).digest()


def write(secret: str, listing: str, serial: int) -> str:
    """Return the cursor that names an item as the last one returned.

    Args:
        secret: The sandbox's secret.
        listing: The name of the list, such as `audiences/<group>`.
        serial: The serial number of the item.
    """
    position = serial.to_bytes(_POSITION_SIZE, "big")
    return base64.urlsafe_b64encode(position + _seal(secret, listing, position)).decode().rstrip("=")


def read(secret: str, listing: str, cursor: str) -> int | None:
    """Return the serial number in a cursor; None if it is malformed, or belongs to another list or sandbox."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    position, seal = raw[:_POSITION_SIZE], raw[_POSITION_SIZE:]
    genuine = hmac.compare_digest(seal, _seal(secret, listing, position))
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=") == cursor
    return int.from_bytes(position, "big") if genuine and canonical else None
