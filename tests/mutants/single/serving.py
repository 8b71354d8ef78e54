"""The server that runs an implementation of the single endpoint on a real socket in a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from mockserver.adapters.http_server import bound
from tests.mutants.single.endpoint import Single, application


def served(single: Single) -> AbstractContextManager[str]:
    """Serve the implementation and yield its URL."""
    return served_application(application(single))


@contextmanager
def served_application(app: ASGIApp) -> Iterator[str]:
    """Serve an application and yield its URL."""
    listening = bound("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()
