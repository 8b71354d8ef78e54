"""The connections of the HTTP client: each exchange has a limit of time and of bytes, whatever the server sends."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any

import httpcore

_WRITTEN_AT_ONCE = 65_536  # bytes


class ExchangeBounds:
    """The limits of one exchange.

    Attributes:
        received: The bytes of the response so far.
        has_connected: Whether a connection was made for it; otherwise one was kept from an exchange before.
    """

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._end = time.monotonic() + seconds
        self._most_bytes = most_bytes
        self.received = 0
        self.has_connected = False

    def wait(self, timeout: float | None) -> float:
        """Return how long the next step may take; httpcore.ReadTimeout if no time is left."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the exchange took too long")
        return left if timeout is None else min(timeout, left)

    def add(self, length: int) -> None:
        """Count received bytes; httpcore.RemoteProtocolError if there are too many."""
        self.received += length
        if self.received > self._most_bytes:
            raise httpcore.RemoteProtocolError(f"more than {self._most_bytes} bytes, and no end")


class BoundedNetwork(httpcore.NetworkBackend):
    """The network backend of an HTTP client; the limits are those of the exchange of the current thread."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()
        self._thread = threading.local()

    @contextmanager
    def limited(self, bounds: ExchangeBounds) -> Iterator[None]:
        """Apply the limits of an exchange to this thread."""
        self._thread.bounds = bounds
        try:
            yield
        finally:
            self._thread.bounds = None

    def wait(self, timeout: float | None) -> float | None:
        """Return how long the next step of the exchange may take."""
        bounds = self._bounds
        return timeout if bounds is None else bounds.wait(timeout)

    def add(self, length: int) -> None:
        """Count received bytes of the exchange."""
        if self._bounds is not None:
            self._bounds.add(length)

    @property
    def _bounds(self) -> ExchangeBounds | None:
        return getattr(self._thread, "bounds", None)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a server."""
        if self._bounds is not None:
            self._bounds.has_connected = True
        stream = self._inner.connect_tcp(host, port, self.wait(timeout), local_address, socket_options)
        return _BoundedStream(stream, self)


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose reads and writes respect the limits of the exchange."""

    def __init__(self, inner: httpcore.NetworkStream, network: BoundedNetwork) -> None:
        self._inner = inner
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes."""
        data = self._inner.read(max_bytes, self._network.wait(timeout))
        self._network.add(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes."""
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            self._inner.write(buffer[start : start + _WRITTEN_AT_ONCE], self._network.wait(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the connection with TLS."""
        stream = self._inner.start_tls(ssl_context, server_hostname, self._network.wait(timeout))
        return _BoundedStream(stream, self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  (httpcore's)
        """Return a fact of the connection."""
        return self._inner.get_extra_info(info)
