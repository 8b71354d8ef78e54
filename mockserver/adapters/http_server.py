"""uvicorn with a clean stop: requests in flight get some seconds to finish, and the exit status is 0."""

import asyncio
import gc
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.adapters.stop_signals import stop_signals

_BACKLOG = 2048
_FREEZE_DELAY = 0.25
_STOP_TIMEOUT = 5.0
_DISCONNECT_TIMEOUT = 1.0
_KEEP_ALIVE = 75  # longer than clients keep connections (httpx: 5 s): a request must not meet a connection that closes


def freeze_startup_objects() -> None:
    """Collect garbage once, and exclude the remaining objects, which are permanent, from later collections."""
    gc.collect()
    gc.freeze()
    gc.enable()


class HttpServer(uvicorn.Server):
    """A server on a bound socket; it calls `on_start` when it accepts requests, and `on_stop` when it stops.

    A quarter of a second later it calls `settle`, which by default tunes the garbage collection of the process; a
    server that shares its process with others leaves that alone.
    """

    def __init__(
        self,
        app: ASGIApp,
        protocol: type[HttpToolsProtocol],
        on_start: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
        settle: Callable[[], None] = freeze_startup_objects,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=protocol,
            interface="asgi3",  # uvicorn takes an application for an older one if it is no coroutine function
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=_BACKLOG,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=10,
        )
        super().__init__(config)
        self._on_start = on_start
        self._on_stop = on_stop
        self._settle = settle

    def stop(self) -> None:
        """Request a stop."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and report it; the garbage collection waits until the first requests have been served."""
        await super().startup(sockets)
        self._on_start()
        asyncio.get_running_loop().call_later(_FREEZE_DELAY, self._settle)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and close the connections of requests that do not finish in some seconds, perhaps due to a fault."""
        self._on_stop()
        timer = asyncio.get_running_loop().call_later(_STOP_TIMEOUT, self._close_connections)
        await super().shutdown(sockets)
        timer.cancel()
        if self.server_state.tasks:  # the shutdown was forced before the timer
            self._close_connections()
            await asyncio.wait(self.server_state.tasks, timeout=_DISCONNECT_TIMEOUT)

    def _close_connections(self) -> None:
        """Close the connections, so that the application sees a disconnect, and ends its requests.

        A connection with unsent data is aborted: a close would wait until the client reads.
        """
        for connection in list(self.server_state.connections):
            transport = connection.transport
            if transport.get_write_buffer_size():
                transport.abort()
            else:
                transport.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on the signals to stop, without raising them again after the stop as uvicorn does."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop, numbers = asyncio.get_running_loop(), stop_signals()
        for number in numbers:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket; OSError if the address is not available. Port 0 selects a free port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(
        family, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # the protocol makes asyncio set TCP_NODELAY
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


def for_each(count: int, listening: socket.socket) -> list[socket.socket]:
    """Return a listening socket at the same address for each of several processes, the first being the given one.

    Linux spreads connections evenly over them. Of processes with one socket, some accept most connections: each accepts
    all that wait when it comes to it. Where the system has no such spreading, it is the same socket for each.

    The first was bound without the option, so that a second server at its address is still refused.
    """
    if count == 1 or sys.platform != "linux":
        return [listening] * count
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    others = [socket.socket(listening.family, socket.SOCK_STREAM, socket.IPPROTO_TCP) for _ in range(count - 1)]
    for other in others:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(listening.getsockname())
        other.listen(_BACKLOG)
    return [listening, *others]
