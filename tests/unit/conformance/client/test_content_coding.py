"""The decoding of compressed bodies."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from conformance.client.content_coding import ContentCodingError, TooLongError, decoded

TEXT = b'{"success": true}' * 20
LIMIT = 1 << 20


def raw_deflate(content: bytes) -> bytes:
    return zlib.compress(content, wbits=-15)


def in_two_members(content: bytes) -> bytes:
    return gzip.compress(content[:50], mtime=0) + gzip.compress(content[50:])


@pytest.mark.parametrize(
    ("compress", "codings"),
    [
        (gzip.compress, "gzip"),
        (gzip.compress, "X-GZip"),
        (in_two_members, "gzip"),
        (zlib.compress, "deflate"),
        (raw_deflate, "deflate"),
        (lambda content: gzip.compress(zlib.compress(content)), "deflate, gzip"),
        (bytes, ""),
        (bytes, "identity"),
        (bytes, "of-its-own"),
    ],
)
def test_a_body_is_decoded_by_its_codings(compress: Callable[[bytes], bytes], codings: str) -> None:
    assert decoded(compress(TEXT), codings, LIMIT) == TEXT


def test_a_body_without_bytes_needs_no_decoding() -> None:
    assert decoded(b"", "gzip", LIMIT) == b""


@pytest.mark.parametrize(
    ("content", "codings", "said"),
    [
        (b"not gzip at all", "gzip", "broken"),
        (gzip.compress(TEXT, mtime=0)[:-9], "gzip", "cut short"),
        (b"", ", ".join(["gzip"] * 6), "6 content codings"),
    ],
)
def test_a_body_that_is_not_of_its_coding_is_an_error(content: bytes, codings: str, said: str) -> None:
    with pytest.raises(ContentCodingError, match=said):
        decoded(content, codings, LIMIT)


def test_a_bomb_takes_no_more_memory_than_the_limit_allows() -> None:
    bomb = gzip.compress(b"\0" * (200 << 20), 1)
    nested = gzip.compress(bomb, mtime=0)
    tracemalloc.start()
    try:
        for content, codings in ((bomb, "gzip"), (nested, "gzip, gzip")):
            with pytest.raises(TooLongError):
                decoded(content, codings, LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 6 * LIMIT
    finally:
        tracemalloc.stop()
