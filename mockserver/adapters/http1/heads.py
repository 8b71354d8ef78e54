"""The rules of RFC 9112 for a head that the parser does not enforce: version, Host, transfer coding, request target."""

import ipaddress
import re
import urllib.parse
from functools import lru_cache

import httptools

from mockserver.adapters.http1.refusals import RefusedError

Headers = list[tuple[bytes, bytes]]

_VERSIONS = frozenset({"1.0", "1.1"})
_HOST = re.compile(rb"(?:\[([\da-fA-F:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-fA-F]{2})*)(?::\d*)?")
_AUTHORITY = re.compile(rb"[a-zA-Z][\w+.-]*://([^/?#]*)")


def check_head(version: str, headers: Headers) -> None:
    """Raise RefusedError for a head that the server must not accept."""
    if version not in _VERSIONS:
        raise RefusedError(505, f"HTTP/{version} is not supported. Send HTTP/1.1.", version=version)
    hosts = 0
    for name, value in headers:
        if name == b"host":
            hosts += 1
            if not _is_host(value):
                raise _invalid_host()
        elif name == b"transfer-encoding":
            _check_coding(version, value)
    if hosts > 1 or (not hosts and version != "1.0"):
        raise RefusedError(
            400,
            f"The request has {hosts or 'no'} Host headers, and HTTP/1.1 needs exactly one. Send the host of the URL.",
            header="host",
        )


def _invalid_host() -> RefusedError:
    return RefusedError(
        400, "The Host header is invalid. Send the host of the URL, and its port if there is one.", header="host"
    )


@lru_cache(maxsize=64)
def _is_host(value: bytes) -> bool:
    """Return whether a Host header is valid. Most requests have the same one: the cache saves 1 % of a request."""
    match = _HOST.fullmatch(value)
    if match is None or not match[1]:
        return match is not None
    try:
        ipaddress.IPv6Address(match[1].decode())
    except ValueError:
        return False
    return True


def _check_coding(version: str, value: bytes) -> None:
    """Raise RefusedError unless the only coding is `chunked`: 501 if an unknown coding comes before it, else 400."""
    codings = [coding.strip() for coding in value.lower().split(b",")]
    if codings == [b"chunked"] and version != "1.0":
        return
    is_unknown = version != "1.0" and codings[-1] == b"chunked" and b"chunked" not in codings[:-1]
    status, problem = (501, "is not supported") if is_unknown else (400, "has no certain end of the body")
    raise RefusedError(
        status,
        f"The transfer coding of the request {problem}. Send the body with a Content-Length, or `chunked` in HTTP/1.1.",
        header="transfer-encoding",
    )


def read_target(url: bytes, headers: Headers) -> tuple[str, bytes, bytes]:
    """Return the decoded path, the path as it was sent, and the query; an absolute target replaces the Host header.

    Raises:
        RefusedError: The authority is invalid.
        HttpParserInvalidURLError: The target is invalid.
    """
    parsed = httptools.parse_url(url)
    if parsed.host is not None:
        _replace_host(url, headers)
    raw_path = parsed.path or b"/"  # http://host has no path
    path = raw_path.decode("ascii")
    return urllib.parse.unquote(path) if "%" in path else path, raw_path, parsed.query or b""


def _replace_host(url: bytes, headers: Headers) -> None:
    match = _AUTHORITY.match(url)
    if match is None or b"@" in match[1]:
        raise RefusedError(400, "The request target has no plain host. Send a path, or a URL without a user.")
    if not _is_host(match[1]):
        raise _invalid_host()
    headers[:] = [(b"host", match[1]), *(header for header in headers if header[0] != b"host")]
