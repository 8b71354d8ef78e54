"""uvicorn, told to stop cleanly: requests in flight are finished, if they are soon, and the exit status is 0."""

import asyncio
import gc
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_BACKLOG = 2048
_SETTLED = 0.25
_PATIENCE = 5.0
_FAREWELL = 1.0


def _settle() -> None:
    """Collect once; what lives by now lives on, so that the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.enable()


class HttpServer(uvicorn.Server):
    """One server on a socket that is bound already. `on_start` is called when it answers, `on_stop` when it stops."""

    def __init__(
        self,
        app: ASGIApp,
        protocol: type[HttpToolsProtocol],
        on_start: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=protocol,
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_graceful_shutdown=10,
        )
        super().__init__(config)
        self._on_start = on_start
        self._on_stop = on_stop

    def stop(self) -> None:
        """Stop soon."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so; tidying up can wait until the first requests have been answered."""
        await super().startup(sockets)
        self._on_start()
        asyncio.get_running_loop().call_later(_SETTLED, _settle)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop. Who is still not answered after some seconds, as a fault may have it, sees the connection closed."""
        self._on_stop()
        hanging_up = asyncio.get_running_loop().call_later(_PATIENCE, self._hang_up)
        await super().shutdown(sockets)
        hanging_up.cancel()
        if self.server_state.tasks:  # somebody was not as patient as that
            self._hang_up()
            await asyncio.wait(self.server_state.tasks, timeout=_FAREWELL)

    def _hang_up(self) -> None:
        """Close the connections, so that the application takes their clients for gone, and gives up by itself.

        To close one whose client does not read would take until it does.
        """
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_write_buffer_size():
                transport.abort()
            else:
                transport.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM without raising them anew, as uvicorn's own would once it has stopped."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def bound(host: str, port: int) -> socket.socket:
    """A listening socket; OSError where the address cannot be had. Port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # by which asyncio knows to set TCP_NODELAY
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(_BACKLOG)
    except OSError:
        made.close()
        raise
    return made
