"""The page at `/` for browsers, and redirects from addresses where users look for documentation."""

import re
from collections.abc import Awaitable, Callable, Mapping
from html import escape

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.control.inline_page import inline_page
from mockserver.ports import SandboxNotFoundError, StoreError
from mockserver.service.highlights import Highlights, commands, facts

_READING = frozenset({"GET", "HEAD"})
_REDIRECT = 307
_AUTHORITY = re.compile(rb"[a-zA-Z0-9.\-]+(:[0-9]+)?|\[[0-9a-fA-F:.]+\](:[0-9]+)?")
_TOKEN_NEEDED = (
    "This server asks for its admin token, so this page shows no keys. The server printed both when it started."  # noqa: S105  (a sentence)
)
_FOREIGN = "This page shows the keys of the sandbox <code>default</code> if its address is opened by hand."

OUTSIDE: Mapping[str, str] = {
    "/docs": "_mock/docs",
    "/docs/": "../_mock/docs",
    "/openapi.json": "_mock/audiences.json",
}
"""The redirects in front of the vendor's API, by path."""
INSIDE: Mapping[str, str] = {"/_mock": "_mock/", "/_mock/docs/": "../docs"}
"""The redirects of the control plane, by path; relative, so that a proxy may serve them under a prefix."""


class Redirects:
    """A layer that redirects GET and HEAD of some paths, and passes other requests on."""

    def __init__(self, app: ASGIApp, *, targets: Mapping[str, str]) -> None:
        self.app = app
        self._targets = targets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect a request, or pass it on."""
        if scope["type"] == "http" and scope["path"] in self._targets and scope["method"] in _READING:
            headers = {"Location": self._targets[scope["path"]]}
            await Response(status_code=_REDIRECT, headers=headers)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class FrontPage:
    """A layer that responds with a page to a browser, and passes other requests for `/` on.

    Args:
        app: The next application.
        version: The version of the server.
        needs_token: Whether the control plane requires the admin token; then the page shows no keys.
        is_trusted: The function that tells whether a request may read the control plane, as far as its host and origin
            are concerned: keys are not for the page of a stranger that reaches this server by DNS rebinding.
        highlights: The function that reads the keys and identifiers.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        version: str,
        needs_token: bool,
        is_trusted: Callable[[Scope], bool],
        highlights: Callable[[], Awaitable[Highlights]],
    ) -> None:
        self.app = app
        self._needs_token = needs_token
        self._is_trusted = is_trusted
        self._highlights = highlights
        self._version = version
        self._page, headers = inline_page("front_page", "css", "js")
        self._headers = {**headers, "Vary": "Accept"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond with the page, or pass the request on."""
        if scope["method"] in _READING and _wants_html(scope):
            page = self._page.substitute(version=escape(self._version), highlights=await self._shown(scope))
            await Response(page, headers=self._headers, media_type="text/html")(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _shown(self, scope: Scope) -> str:
        """Return the part of the page with keys, identifiers and commands, or the reason why it is missing."""
        if self._needs_token:
            return f"<p>{_TOKEN_NEEDED}</p>"
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if not self._is_trusted(scope) or not _AUTHORITY.fullmatch(hosts[0]):
            return f"<p>{_FOREIGN}</p>"
        try:
            shown = await self._highlights()
        except (SandboxNotFoundError, StoreError) as error:
            return f"<p>The sandbox <code>default</code> cannot be read: {escape(str(error))}.</p>"
        url = f"http://{hosts[0].decode()}"
        listed = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{_code(name, value)}</dd></div>"
            for name, value in [("Address", url), *facts(shown)]
        )
        shell = "".join(
            f'<div class="command"><p>{escape(purpose)}</p><div>{_code("command", command)}</div></div>'
            for purpose, command in commands(url, shown)
        )
        reset = _code("command", f"curl -s -X POST {url}/_mock/sandboxes/default/reset")
        shell += f'<div class="command"><p>Restore the initial data</p><div>{reset}</div></div>'
        return f"<h2>The sandbox <code>default</code></h2><dl>{listed}</dl><h2>In a terminal</h2>{shell}"


def _code(name: str, text: str) -> str:
    return f'<code data-copy="{escape(name)}">{escape(text)}</code>'


def _wants_html(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value.lower() for name, value in scope["headers"])
