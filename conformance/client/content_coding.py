"""The decoding of compressed bodies, of which no more is decoded than a limit allows."""

import zlib

_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
"""The forms of compressed data, as zlib numbers them."""

_GZIP_MAGIC = b"\x1f\x8b"
_MOST_CODINGS = 5

ACCEPTED = "gzip, deflate"
"""The value of `Accept-Encoding`: the codings that can be decoded here."""


class ContentCodingError(Exception):
    """A body that cannot be decoded."""


class TooLongError(ContentCodingError):
    """A body that is longer than the limit once it is decoded."""


def decoded(content: bytes, codings: str, limit: int) -> bytes:
    """Return a body without its content codings; one with a coding that is unknown stays as it is.

    Args:
        content: The body as it was sent.
        codings: The value of `Content-Encoding`.
        limit: The longest body to decode, in bytes.

    Raises:
        ContentCodingError: The body is not of its coding, is cut short, or is too long.
    """
    names = [name.strip().lower() for name in codings.split(",") if name.strip()]
    if len(names) > _MOST_CODINGS:
        raise ContentCodingError(f"{len(names)} content codings")
    for name in reversed(names):
        if name in {"gzip", "x-gzip"}:
            content = _decompressed(content, _GZIP, limit)
        elif name == "deflate":
            content = _decompressed(content, _ZLIB if _has_zlib_header(content) else _RAW_DEFLATE, limit)
        elif name != "identity":
            break
    return content


def _has_zlib_header(content: bytes) -> bool:
    return content[:1] == b"\x78" and int.from_bytes(content[:2]) % 31 == 0  # RFC 1950


def _decompressed(content: bytes, form: int, limit: int) -> bytes:
    parts: list[bytes] = []
    length = 0
    while content and (not parts or content.startswith(_GZIP_MAGIC)):
        decompressor = zlib.decompressobj(form)
        try:
            parts.append(decompressor.decompress(content, limit + 1 - length))
        except zlib.error as error:
            raise ContentCodingError(f"a compressed body that is broken ({error})") from None
        length += len(parts[-1])
        if length > limit:
            raise TooLongError
        if not decompressor.eof:
            raise ContentCodingError("a compressed body that is cut short")
        content = decompressor.unused_data
    return b"".join(parts)
