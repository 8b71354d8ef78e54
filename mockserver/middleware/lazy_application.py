"""An application that is built for its first request, by a thread."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class LazyApplication:
    """An ASGI application that is built for its first request.

    Connexion takes a tenth of a second to build one. A thread does it, so that others are served meanwhile.

    Args:
        build: The function that builds the application.
    """

    def __init__(self, build: Callable[[], ASGIApp]) -> None:
        self._build = build
        self._building = asyncio.Lock()
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, once the application is built."""
        await asyncio.sleep(0)  # the server may have started this without a task, which threads and timeouts need
        app = self._app or await self._built()
        await app(scope, receive, send)

    async def _built(self) -> ASGIApp:
        """Return the application, which is built once, however many requests wait for it."""
        async with self._building:
            if self._app is None:
                self._app = await asyncio.to_thread(self._build)
        return self._app
