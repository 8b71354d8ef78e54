"""The gate of the control plane, which refuses requests of foreign pages and requests without the admin token.

A page of another site can reach a server on this machine by a cross-site request or by DNS rebinding. `Origin` and
`Sec-Fetch-Site` reveal the former, `Host` reveals the latter. A server that listens beyond loopback has an admin token.
Health, the contracts, the documentation page, the guide and the files of the console need no token, for nothing of a
sandbox is in them.
"""

import hmac
import re

import orjson
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.recording.request_record import note_refusal

_ROOT = "/_mock"
_BELOW = "/_mock/"
_PUBLIC = re.compile(
    r"/_mock(/(health|(openapi|audiences(\.typed)?|provider-states)\.json"
    r"|docs(/([a-z][^/]*)?)?|console/(panels/)?[a-z][^/]*|guide/(recipes/)?[a-z][^/]*)?)?"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\\?#\s]+)(?::[0-9]+)?", re.ASCII)
_ORIGIN = re.compile(r"https?://(.+)", re.ASCII)
_SCHEME = b"bearer "
_FORBIDDEN = 403
_UNAUTHORIZED = 401
_NO_TOKEN = (
    "the control plane of this server asks for its admin token",
    "Send the header 'Authorization: Bearer <admin token>'; the server prints the token when it starts.",
)


def _host_name(host: str) -> str:
    """Return a host in lower case without its port, and without the brackets of an IPv6 address; empty if malformed."""
    match = _AUTHORITY.fullmatch(host.lower())
    return "" if match is None else match[1].strip("[]")


def _normalize_host(host: str) -> str:
    """Return an allowed host in lower case, and without the brackets of an IPv6 address."""
    is_bracketed = host.startswith("[") and host.endswith("]")
    return (host[1:-1] if is_bracketed else host).lower()


class ControlGateMiddleware:
    """A layer that refuses requests under `/_mock` with 403 for a foreign host or origin, or 401 without the token.

    A page may use the control plane if its origin is the host and port of the request, or an allowed host. Another port
    of this machine is another origin, whose pages are not trusted.

    Args:
        app: The next application.
        allowed_hosts: The names and addresses to allow besides `address` and loopback; an entry with a port allows only
            that port.
        admin_token: The token to require; None for none.
        address: The address that the server listens on.
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
        self._named = frozenset(_normalize_host(host) for host in allowed_hosts)
        self._allowed = _LOOPBACK | self._named | {_normalize_host(address)}
        self._token = None if admin_token is None else admin_token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request of the vendor's API or an acceptable one of the control plane; refuse any other."""
        if scope["type"] == "http":
            path = scope["path"]
            if path.startswith(_ROOT) and (path == _ROOT or path.startswith(_BELOW)):
                if (problem := self._origin_problem(scope)) is not None:
                    await _refuse(scope, send, _FORBIDDEN, *problem)
                    return
                if self._token is not None and not _PUBLIC.fullmatch(path) and not self._has_token(scope, self._token):
                    await _refuse(scope, send, _UNAUTHORIZED, *_NO_TOKEN)
                    return
        await self.app(scope, receive, send)

    def trusts(self, scope: Scope) -> bool:
        """Return whether the host and the origin of a request are acceptable, whatever its path."""
        return self._origin_problem(scope) is None

    def _origin_problem(self, scope: Scope) -> tuple[str, str] | None:
        """Return the problem with the host or origin of a request, with a hint; None if there is none."""
        hosts, origins = _header_values(scope, b"host"), _header_values(scope, b"origin")
        if len(hosts) != 1:
            return "the control plane needs exactly one Host header", "Send the host that the URL names."
        if not _is_among(self._allowed, hosts[0]):
            return f"the control plane does not answer to the host {hosts[0]!r}", _hint(_host_name(hosts[0]))
        for origin in origins:
            match = _ORIGIN.fullmatch(origin.lower())
            if match is None or not (match[1] == hosts[0].lower() or _is_among(self._named, match[1])):
                reason = f"the control plane takes nothing from pages of the origin {origin!r}"
                return reason, _hint(match and _host_name(match[1]) and match[1])
        if "cross-site" in map(str.lower, _header_values(scope, b"sec-fetch-site")):
            return "the control plane takes nothing from pages of another site", "Open the URL by hand."
        return None

    @staticmethod
    def _has_token(scope: Scope, token: bytes) -> bool:
        values = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(values) != 1 or values[0][: len(_SCHEME)].lower() != _SCHEME:
            return False
        return hmac.compare_digest(values[0][len(_SCHEME) :].strip(b" "), token)


def _header_values(scope: Scope, header: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == header]


def _is_among(hosts: frozenset[str], host: str) -> bool:
    name = _host_name(host)
    return name != "" and (name in hosts or host.lower() in hosts)


def _hint(host: str | None) -> str:
    return f"Start the server with --allowed-host {host}." if host else "Use http://localhost and the server's port."


async def _refuse(scope: Scope, send: Send, status: int, reason: str, hint: str) -> None:
    note_refusal(scope, {"rule": "control-gate"})
    content = orjson.dumps({"reason": reason, "hint": hint})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    if status == _UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
