"""The API key of a request, as its headers have it."""

from collections.abc import Iterable

_SCHEME = b"bearer "


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The token of a request's one `Authorization: Bearer` header; None where it has none, or more than one."""
    found = None
    for name, value in headers:
        if name == b"authorization":
            if found is not None:
                return None
            found = value
    return None if found is None else token_of(found)


def token_of(authorization: bytes) -> str | None:
    """What stands behind `Bearer` in a header; None where the scheme is another."""
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip(b" ").decode("latin-1")
