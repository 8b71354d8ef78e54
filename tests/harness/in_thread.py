"""The server on a real socket, in a thread of the tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from mockserver.adapters.http_server import HttpServer, bound
from mockserver.bootstrap import Components, components, http_protocol, seed, server
from mockserver.config import Settings
from mockserver.middleware.access_log import Write
from mockserver.ports import Clock, Store

Build = Callable[[Settings, Components, Write], ASGIApp]


@contextmanager
def served(
    settings: Settings, clock: Clock | None = None, build: Build = server, store: Store | None = None
) -> Iterator[tuple[str, Components]]:
    """Serve, and yield the URL and the components of the server."""
    made = components(settings, store=store, clock=clock)
    started = threading.Event()
    listening = bound("127.0.0.1", 0)

    app, protocol = build(settings, made, print), http_protocol(settings, made, print)
    running = HttpServer(app, protocol, started.set, made.journal_tails.stop)

    async def main() -> None:
        await seed(settings, made)
        await running.serve([listening])

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    try:
        assert started.wait(20), "the server did not start"
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", made
    finally:
        running.should_exit = True
        thread.join(20)
        listening.close()
