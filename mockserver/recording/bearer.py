"""The API key in the headers of a request."""

from collections.abc import Iterable

_SCHEME = b"bearer "


def bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the token of the `Authorization: Bearer` header; None if there is no such header, or more than one."""
    authorization = None
    for name, value in headers:
        if name == b"authorization":
            if authorization is not None:
                return None
            authorization = value
    return None if authorization is None else token_of(authorization)


def token_of(authorization: bytes) -> str | None:
    """Return the token after `Bearer` in a header value; None for another scheme."""
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    return authorization[len(_SCHEME) :].strip(b" ").decode("latin-1")
