"""The server in a thread of a process that has other work, such as a run of tests."""

import socket
import threading
from http.client import HTTPConnection
from typing import Self

import uvloop

from mockserver.adapters.http_server import HttpServer, bound
from mockserver.bootstrap import Components, components, http_protocol, seed, server
from mockserver.config import Settings

_HOST = "127.0.0.1"
_START_TIMEOUT = 60.0


class ThreadedServer:
    """A server with a memory store of its own, in a thread.

    Args:
        listening: The listening socket; by default one on a free port. The server closes it.

    Attributes:
        url: The URL of the server.
    """

    def __init__(self, listening: socket.socket | None = None) -> None:
        self._listening = bound(_HOST, 0) if listening is None else listening
        port: int = self._listening.getsockname()[1]
        self.url = f"http://{_HOST}:{port}"
        self._settings = Settings(port=port, sandbox_expiry=None)  # a test may stand still in a debugger for long
        self._ready = threading.Event()
        self._server: HttpServer | None = None
        self._thread = threading.Thread(target=self._run, name="audience-mock", daemon=True)

    def start(self) -> Self:
        """Start the server, and wait until it serves both planes; RuntimeError if it does not."""
        self._thread.start()
        if not self._ready.wait(_START_TIMEOUT) or self._server is None:
            raise RuntimeError("the mock server did not start; standard error tells why")
        self._build_control_plane()
        return self

    def stop(self) -> None:
        """Stop the server, and wait for its end."""
        if self._server is not None:
            self._server.stop()
        self._thread.join()

    def _build_control_plane(self) -> None:
        """Send the first request, for which the control plane is built: its packages warn, which the caller expects."""
        connection = HTTPConnection(_HOST, self._listening.getsockname()[1], timeout=_START_TIMEOUT)
        connection.request("GET", "/_mock/health")
        connection.getresponse().read()
        connection.close()

    def _run(self) -> None:
        try:
            uvloop.run(self._serve())
        finally:
            self._listening.close()
            self._ready.set()

    async def _serve(self) -> None:
        parts = components(self._settings)
        await seed(self._settings, parts)
        http_server = self._http_server(parts)
        await http_server.serve([self._listening])

    def _http_server(self, parts: Components) -> HttpServer:
        def on_start() -> None:
            self._server = http_server
            self._ready.set()

        app, protocol = (
            server(self._settings, parts, _write_nothing),
            http_protocol(self._settings, parts, _write_nothing),
        )
        http_server = HttpServer(app, protocol, on_start, parts.journal_tails.stop, settle=_leave)
        return http_server


def _write_nothing(_: str) -> None:
    """Write no line for a request."""


def _leave() -> None:
    """Leave the garbage collection of the process as it is."""
