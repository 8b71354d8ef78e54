"""Lets nobody drive the control plane but programs and pages that belong here.

A page of another site reaches a server on this machine by a cross-site request, or by DNS rebinding. The first shows in
`Origin` and `Sec-Fetch-Site`, the second in `Host`. Where a server listens beyond its machine, there is a token too.
"""

import hmac
import re

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

_ROOT = "/_mock"
_BELOW = "/_mock/"
_HEALTH = "/_mock/health"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\\?#\s]+)(?::[0-9]+)?", re.ASCII)
_ORIGIN = re.compile(r"https?://(.+)", re.ASCII)
_SCHEME = b"bearer "
_FORBIDDEN = 403
_UNAUTHORIZED = 401


def _name(host: str) -> str:
    """A host without its port, in lower case, an IPv6 address without its brackets; empty where it is malformed."""
    found = _AUTHORITY.fullmatch(host.lower())
    return "" if found is None else found[1].strip("[]")


def _entry(host: str) -> str:
    """An allowed host as it is looked up: an IPv6 address may stand in brackets or not."""
    bracketed = host.startswith("[") and host.endswith("]")
    return (host[1:-1] if bracketed else host).lower()


class ControlGateMiddleware:
    """Refuses what is under `/_mock` with 403 for where it comes from, or 401 for want of the token.

    `address`: where the server listens. `allowed_hosts`: names and addresses beside that and those of this machine,
    with or without a port; with one, only that port. A page is let in if it comes from the very host and port that it
    asks, or from an allowed host: another port of this machine is another origin, and whose page that is nobody knows.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        allowed_hosts: frozenset[str],
        admin_token: str | None,
        address: str = "127.0.0.1",
    ) -> None:
        self.app = app
        self._named = frozenset(_entry(host) for host in allowed_hosts)
        self._allowed = _LOOPBACK | self._named | {_entry(address)}
        self._token = None if admin_token is None else admin_token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is none of its business, and what it finds no fault with."""
        if scope["type"] == "http":
            path = scope["path"]
            if path.startswith(_ROOT) and (path == _ROOT or path.startswith(_BELOW)):
                if (stranger := self._stranger(scope)) is not None:
                    await _refuse(send, _FORBIDDEN, *stranger)
                    return
                if self._token is not None and path != _HEALTH and not self._has_token(scope, self._token):
                    await _refuse(send, _UNAUTHORIZED, *_NO_TOKEN)
                    return
        await self.app(scope, receive, send)

    def _stranger(self, scope: Scope) -> tuple[str, str] | None:
        """What is wrong with where the request comes from, and what helps."""
        hosts, origins = _values(scope, b"host"), _values(scope, b"origin")
        if len(hosts) != 1:
            return "the control plane needs exactly one Host header", "Send the host that the URL names."
        if not _is_among(self._allowed, hosts[0]):
            return f"the control plane does not answer to the host {hosts[0]!r}", _hint(_name(hosts[0]))
        for origin in origins:
            found = _ORIGIN.fullmatch(origin.lower())
            if found is None or not (found[1] == hosts[0].lower() or _is_among(self._named, found[1])):
                reason = f"the control plane takes nothing from pages of the origin {origin!r}"
                return reason, _hint(found and _name(found[1]) and found[1])
        if "cross-site" in map(str.lower, _values(scope, b"sec-fetch-site")):
            return "the control plane takes nothing from pages of another site", "Open the URL by hand."
        return None

    @staticmethod
    def _has_token(scope: Scope, token: bytes) -> bool:
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(values) != 1 or values[0][: len(_SCHEME)].lower() != _SCHEME:
            return False
        return hmac.compare_digest(values[0][len(_SCHEME) :].strip(b" "), token)


_NO_TOKEN = (
    "the control plane of this server asks for its admin token",
    "Send the header 'Authorization: Bearer <admin token>'; the server prints the token when it starts.",
)


def _values(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _is_among(hosts: frozenset[str], host: str) -> bool:
    name = _name(host)
    return name != "" and (name in hosts or host.lower() in hosts)


def _hint(host: str | None) -> str:
    return f"Start the server with --allowed-host {host}." if host else "Use http://localhost and the server's port."


async def _refuse(send: Send, status: int, reason: str, hint: str) -> None:
    content = orjson.dumps({"reason": reason, "hint": hint})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    if status == _UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
