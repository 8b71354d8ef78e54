"""A proxy that strips a path prefix, and knows nothing else of the server behind it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mockserver.bootstrap import Components, server
from mockserver.config import Settings
from mockserver.middleware.access_log import Write

PREFIX = "/mock"


def under_a_prefix(settings: Settings, parts: Components, write: Write) -> ASGIApp:
    """Return the server behind a proxy that strips the prefix."""
    app = server(settings, parts, write)

    async def proxied(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["path"].startswith(f"{PREFIX}/"), scope["path"]
        length = len(PREFIX)
        await app({**scope, "path": scope["path"][length:], "raw_path": scope["raw_path"][length:]}, receive, send)

    return proxied
