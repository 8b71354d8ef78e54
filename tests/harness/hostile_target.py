"""A hostile target: it relays some requests to a well-behaved one, and then does its worst."""

import http.client
import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

Mode = Callable[[socket.socket, bytes], None]
"""A function that responds to a request, of which it gets the head; the connection is closed afterwards."""

_NOT_RELAYED = frozenset({"host", "connection", "content-length", "accept-encoding"})


@dataclass(frozen=True)
class Plan:
    """The requests that meet the misbehaviour; all others are relayed.

    Attributes:
        after: The number of requests before.
        seconds: How long it lasts.
        concerns: Whether it concerns a request, by its head.
    """

    after: int = 0
    seconds: float = math.inf
    concerns: Callable[[bytes], bool] = bool


EVERY_REQUEST = Plan()


class HostileTarget:
    """The relay, and its misbehaviour.

    Attributes:
        url: The address.
        requests: The number of requests so far.
        heads: The heads of the last ten requests.
    """

    def __init__(self, listening: socket.socket, mode: Mode, upstream: str | None, plan: Plan) -> None:
        self._listening = listening
        self._mode = mode
        self._upstream = upstream
        self._plan = plan
        self._until: float | None = None
        self._lock = threading.Lock()
        self.connections: list[socket.socket] = []
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.requests = 0
        self.heads: list[bytes] = []

    def serve(self) -> None:
        """Serve connections until the socket is closed."""
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections.append(connection)
                threading.Thread(target=self._serve_connection, args=(connection,), daemon=True).start()

    def _serve_connection(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (request := _read_request(connection)) is not None:
                if self._is_hostile(request[0]):
                    self._mode(connection, request[0])
                    return
                connection.sendall(self._relayed(*request))

    def _is_hostile(self, head: bytes) -> bool:
        """Count a request, and return whether it meets the misbehaviour."""
        with self._lock:
            self.requests += 1
            self.heads = [*self.heads[-9:], head]
            if self.requests <= self._plan.after or not self._plan.concerns(head):
                return False
            now = time.monotonic()
            self._until = self._until or now + self._plan.seconds
            return now <= self._until

    def stop(self) -> None:
        """Go away: refuse connections, and close those that are open."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _relayed(self, head: bytes, body: bytes) -> bytes:
        """Return the response of the other target."""
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = dict(line.split(": ", 1) for line in lines)
        kept = {name: value for name, value in headers.items() if name.lower() not in _NOT_RELAYED}
        with closing(http.client.HTTPConnection(urlsplit(self._upstream or "").netloc, timeout=20)) as upstream:
            upstream.request(method, path, body or None, kept)
            response = upstream.getresponse()
            return response_of(response.read(), f"{response.status} X")


@contextmanager
def hostile(mode: Mode, upstream: str | None = None, plan: Plan = EVERY_REQUEST) -> Iterator[HostileTarget]:
    """Run a hostile target."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        target = HostileTarget(listening, mode, upstream, plan)
        thread = threading.Thread(target=target.serve)
        thread.start()
        try:
            yield target
        finally:
            target.stop()
            thread.join(5)


def response_of(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """Return the bytes of a response with a JSON body; `headers`: further ones, each with its line end."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


def _read_request(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """Return the head and the body of the next request; None at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65_536)):
            return None
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65_536)
    return head, body
