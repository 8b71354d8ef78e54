"""A complete request and its response, as a mutant or a variant of the server reads and changes them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.types import Receive, Scope, Send

Headers = tuple[tuple[bytes, bytes], ...]
_GROUP = "/v1/accounts/(?P<group>[^/]+)"
_AUDIENCE = f"{_GROUP}/audiences/(?P<target>[^/]+)"
_JOB = f"{_GROUP}/prospecting/(?P<target>[^/]+)"
_ROUTES = [
    (method, re.compile(path), operation)
    for method, path, operation in (
        ("GET", "/v1/accounts", "ACCOUNT-LIST"),
        ("GET", f"{_GROUP}/audiences", "AUD-LIST"),
        ("POST", f"{_GROUP}/audiences", "AUD-CREATE"),
        ("GET", f"{_GROUP}/audiences/navigation", "AUD-NAVIGATION"),
        ("POST", f"{_GROUP}/audiences/folders", "FOLDER-CREATE"),
        ("PATCH", f"{_GROUP}/audiences/folders/(?P<target>[^/]+)", "FOLDER-RENAME"),
        ("GET", _AUDIENCE, "AUD-GET"),
        ("PATCH", _AUDIENCE, "AUD-UPDATE"),
        ("DELETE", _AUDIENCE, "AUD-DELETE"),
        ("GET", f"{_AUDIENCE}/prospects", "AUD-PROSPECTS"),
        ("POST", f"{_AUDIENCE}/move-to-folder", "AUD-MOVE"),
        ("POST", f"{_AUDIENCE}/remove-from-folder", "AUD-REMOVE"),
        ("POST", f"{_GROUP}/prospecting", "JOB-START"),
        ("GET", f"{_GROUP}/prospecting", "JOB-LIST"),
        ("GET", _JOB, "JOB-GET"),
        ("POST", f"{_JOB}/cancel", "JOB-CANCEL"),
    )
]


def loads(content: bytes) -> Any:
    """Return the value of a JSON text; None if the text is not JSON."""
    try:
        return json.loads(content)
    except ValueError:
        return None


@dataclass(frozen=True)
class Asked:
    """A request. `path` is as it was sent; `operation` is the prefix of the ids of its requirements."""

    scope: Scope
    method: str
    path: str
    query: str
    headers: Headers
    content: bytes

    @cached_property
    def _route(self) -> tuple[str, re.Match[str]] | None:
        for method, path, operation in _ROUTES:
            found = path.fullmatch(self.path)
            if method == self.method and found:
                return operation, found
        return None

    @property
    def operation(self) -> str:
        """The operation of the method and path; empty if there is none."""
        return self._route[0] if self._route else ""

    def part(self, name: str) -> str:
        """Return the `group` or the `target` in the path, decoded; empty if the path has none."""
        return unquote(self._route[1].groupdict().get(name) or "") if self._route else ""

    @property
    def group(self) -> str:
        """The account group in the path."""
        return self.part("group")

    @property
    def target(self) -> str:
        """The audience, folder or job in the path."""
        return self.part("target")

    def naming(self, **parts: str) -> Self:
        """Return the same request for another `group` or `target`, given as they are to appear in the path."""
        path = self.path
        for name, value in sorted(parts.items(), reverse=True):  # the target first: the group precedes it in the path
            start, end = self._route[1].span(name) if self._route else (0, 0)
            path = path[:start] + value + path[end:] if end else path
        return replace(self, path=path)

    def header(self, name: str) -> str | None:
        """Return the value of a header."""
        return next((value.decode("latin-1") for one, value in self.headers if one == name.encode()), None)

    def with_header(self, name: str, value: str | None) -> Self:
        """Return the same request with exactly one header of this name, or with none."""
        kept = tuple(header for header in self.headers if header[0] != name.encode())
        return replace(self, headers=kept if value is None else (*kept, (name.encode(), value.encode("latin-1"))))

    @property
    def token(self) -> str:
        """The token after `Bearer`; empty if there is none."""
        scheme, _, token = (self.header("authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def by(self, token: str) -> Self:
        """Return the same request with another API key."""
        return self.with_header("authorization", f"Bearer {token}")

    @property
    def params(self) -> dict[str, str]:
        """The query parameters."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def with_params(self, **params: str) -> Self:
        """Return the same request with further or other query parameters."""
        return replace(self, query=urlencode({**self.params, **params}))

    def without_params(self, *names: str) -> Self:
        """Return the same request without some query parameters."""
        kept = {name: value for name, value in self.params.items() if name not in names}
        return replace(self, query=urlencode(kept))

    def instead(self, method: str, path: str, query: str = "") -> Self:
        """Return another request of the same client, without a body."""
        return replace(self, method=method, path=path, query=query, content=b"").with_header("content-length", None)

    @property
    def body(self) -> Any:
        """The JSON value of the body; None if the body is not JSON."""
        return loads(self.content)

    def with_body(self, body: Any) -> Self:
        """Return the same request with another body."""
        content = json.dumps(body).encode()
        sent = replace(self, content=content).with_header("content-length", str(len(content)))
        return sent.with_header("content-type", "application/json")


@dataclass(frozen=True)
class Answered:
    """A response."""

    status: int
    headers: Headers
    content: bytes

    @property
    def ok(self) -> bool:
        """Whether the response is successful (2xx)."""
        return 200 <= self.status < 300

    @cached_property
    def body(self) -> Any:
        """The JSON value of the body; None if the body is not JSON. `saying` puts changes made in it on the wire."""
        return loads(self.content)

    @property
    def data(self) -> Any:
        """The member `data` of the envelope."""
        return self.body["data"]

    def saying(self, status: int | None = None, **members: Any) -> Self:
        """Return the same response with another status, or other members in its envelope."""
        content = json.dumps({**self.body, **members}).encode() if members else self.content
        return replace(self, status=status or self.status, content=content)

    def typed(self, media_type: str) -> Self:
        """Return the same response with another media type."""
        kept = tuple(header for header in self.headers if header[0] != b"content-type")
        return replace(self, headers=(*kept, (b"content-type", media_type.encode())))

    def items(self) -> Iterator[dict[str, Any]]:
        """Yield every object in `data`, at any depth."""
        pending = [self.data]
        while pending:
            node = pending.pop()
            if isinstance(node, dict):
                yield node
                pending += node.values()
            elif isinstance(node, list):
                pending += node


async def read(scope: Scope, receive: Receive) -> Asked:
    """Read a request to its end."""
    content, more = b"", True
    while more:
        message = await receive()
        content += message.get("body", b"")
        more = message.get("more_body", False)
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return Asked(scope, scope["method"], path, query, tuple(scope["headers"]), content)


def scope_of(asked: Asked) -> Scope:
    """Return the ASGI scope of a request."""
    return {
        **asked.scope,
        "method": asked.method,
        "path": unquote(asked.path),
        "raw_path": asked.path.encode("latin-1"),
        "query_string": asked.query.encode("latin-1"),
        "headers": list(asked.headers),
    }


async def write(answered: Answered, send: Send) -> None:
    """Send a complete response."""
    length = (b"content-length", b"%d" % len(answered.content))
    headers = [*(header for header in answered.headers if header[0] != b"content-length"), length]
    await send({"type": "http.response.start", "status": answered.status, "headers": headers})
    await send({"type": "http.response.body", "body": answered.content})
