"""The layer that requires JSON bodies: a page of another site cannot send JSON without a preflight request."""

from email.message import Message

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_TYPE = b"content-type"


class RequireJson:
    """A layer that passes on requests with a JSON body, or with neither type nor body; HTTPException 415 for others.

    It belongs behind the layer that turns exceptions into responses.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the headers of a request that may change state."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            types = [value.decode("latin-1") for name, value in scope["headers"] if name == _TYPE]
            if not types and _has_body(scope):
                raise HTTPException(415, "the body is not said to be JSON")
            if types:
                if len(types) > 1 or not _is_json(types[0]):
                    raise HTTPException(415, f"the control plane takes JSON in UTF-8, not {', '.join(types)}")
                others = [header for header in scope["headers"] if header[0] != _TYPE]
                scope = {**scope, "headers": [*others, (_TYPE, b"application/json")]}
        await self.app(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _is_json(content_type: str) -> bool:
    """Whether a content type is JSON in UTF-8; parameters other than the charset have no meaning (RFC 8259)."""
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset("utf-8")
    return message.get_content_type() == "application/json" and charset in _CHARSETS
