"""Cursors: opaque, bound to one list, and naming the last item seen, so that nothing is skipped or repeated."""

import base64
import binascii
import hashlib
import hmac

_POSITION = 8
_SEAL = 12


def _seal(secret: str, listing: str, position: bytes) -> bytes:
    return hashlib.blake2b(position + listing.encode(), key=secret.encode()[:64], digest_size=_SEAL).digest()


def write(secret: str, listing: str, serial: int) -> str:
    """Name the item with this serial number as the last one seen in a list (a name such as `audiences/<group>`)."""
    position = serial.to_bytes(_POSITION, "big")
    return base64.urlsafe_b64encode(position + _seal(secret, listing, position)).decode().rstrip("=")


def read(secret: str, listing: str, cursor: str) -> int | None:
    """The serial number in a cursor of this list; None for a broken one, or one of another list or sandbox."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    position, seal = raw[:_POSITION], raw[_POSITION:]
    genuine = hmac.compare_digest(seal, _seal(secret, listing, position))
    canonical = base64.urlsafe_b64encode(raw).decode().rstrip("=") == cursor
    return int.from_bytes(position, "big") if genuine and canonical else None
