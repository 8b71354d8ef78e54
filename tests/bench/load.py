"""The load generator: keep-alive connections in a closed loop, and the status of each answer checked."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from tests.bench.failure import BenchError

_LENGTH = b"\r\ncontent-length: "
_GRACE = 20


@dataclass(frozen=True)
class Plan:
    """What to send where, and for how long. `cpu` answers how many seconds the server has computed so far."""

    name: str
    port: int
    requests: Iterator[bytes]
    status: int
    connections: int
    seconds: float
    cpu: Callable[[], float]


@dataclass(frozen=True)
class Load:
    """What came of one measurement; times in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    server_cpu: float
    client_cpu: float


@dataclass
class Burst:
    """What the connections share while they send: requests until the deadline or until there are none left."""

    requests: Iterator[bytes]
    name: str
    expected: bytes
    deadline: float
    open: int
    done: asyncio.Future[float]
    latencies: list[float] = field(default_factory=list)

    def leave(self, now: float) -> None:
        self.open -= 1
        if not self.open and not self.done.done():
            self.done.set_result(now)

    def fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(BenchError(f"{self.name}: {reason}"))


class Connection(asyncio.Protocol):
    """One keep-alive connection: the next request goes out when the answer to the last one is complete."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._burst: Burst | None = None
        self._partial = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, _error: Exception | None) -> None:
        if self._burst is not None:
            self._burst.fail("the server closed a connection")

    def begin(self, burst: Burst) -> None:
        self._burst = burst
        request = next(burst.requests)
        self._sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        burst = self._burst
        if self._partial:
            data, self._partial = self._partial + data, b""
        if not is_complete(data):
            self._partial = data
        elif burst is None or not data.startswith(burst.expected):
            self._refuse(data)
        else:
            burst.latencies.append(now - self._sent)
            request = next(burst.requests, None) if now < burst.deadline else None
            if request is None:
                self._burst = None
                burst.leave(now)
            else:
                self._sent = now
                self.transport.write(request)

    def _refuse(self, data: bytes) -> None:
        if self._burst is not None:
            self._burst.fail(f"{self._burst.expected.decode()!r} was expected, and {data[:300]!r} came")


def is_complete(data: bytes) -> bool:
    """Whether an answer has come whole, by the length that it announces."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = data.find(_LENGTH, 0, end)
    start = at + len(_LENGTH)
    return at >= 0 and len(data) == end + 4 + int(data[start : data.index(b"\r", start)])


async def _burst(open_: list[Connection], plan: Plan, seconds: float) -> tuple[list[float], float]:
    """Send until the time is over; the latencies, and when the last answer came."""
    done = asyncio.get_running_loop().create_future()
    burst = Burst(
        plan.requests, plan.name, b"HTTP/1.1 %d " % plan.status, time.perf_counter() + seconds, len(open_), done
    )
    for connection in open_:
        connection.begin(burst)
    try:
        async with asyncio.timeout(seconds + _GRACE):
            ended = await done
    except TimeoutError:
        message = f"{plan.name}: {burst.open} of {len(open_)} connections got no answer within {_GRACE} s"
        raise BenchError(message) from None
    return burst.latencies, ended


async def _connect(plan: Plan) -> list[Connection]:
    loop = asyncio.get_running_loop()
    try:
        return [(await loop.create_connection(Connection, "127.0.0.1", plan.port))[1] for _ in range(plan.connections)]
    except OSError as error:
        message = f"{plan.name}: cannot connect: {error}"
        raise BenchError(message) from None


async def load(plan: Plan) -> Load:
    """Open the connections, send one request on each, and measure from then on."""
    open_ = await _connect(plan)
    try:
        await _burst(open_, plan, 0)
        server, client, begun = plan.cpu(), time.process_time(), time.perf_counter()
        latencies, ended = await _burst(open_, plan, plan.seconds)
        server, client = plan.cpu() - server, time.process_time() - client
    finally:
        for connection in open_:
            connection.transport.abort()
    latencies.sort()
    count = len(latencies)
    return Load(count, ended - begun, latencies[count // 2], latencies[count * 99 // 100], server, client)
