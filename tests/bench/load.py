"""The load generator: keep-alive connections in a closed loop, with a check of every status."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from tests.bench.failure import BenchError
from tests.bench.requests import Turn

_LENGTH = b"\r\ncontent-length: "
_GRACE = 20


@dataclass(frozen=True)
class Plan:
    """The requests to send, the number of connections, the duration in seconds, and the expected statuses.

    `turns` makes the turns of a new connection.
    """

    name: str
    turns: Callable[[], Turn]
    statuses: tuple[int, ...]
    connections: int
    seconds: float


@dataclass(frozen=True)
class Load:
    """The result of one measurement; times in seconds. `cpu`: CPU time by process of the server."""

    requests: int
    seconds: float
    p50: float
    p99: float
    cpu: dict[str, float]
    client_cpu: float

    @property
    def server_cpu(self) -> float:
        """The CPU time of all serving processes."""
        return sum(self.cpu.values())


@dataclass
class Burst:
    """The state that the connections share while they send, until the deadline or until no request is left."""

    expected: tuple[bytes, ...]
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
            self.done.set_exception(BenchError(reason))


class Connection(asyncio.Protocol):
    """A keep-alive connection: it sends the next request when the last response is complete."""

    transport: asyncio.Transport
    _turn: Turn

    def __init__(self) -> None:
        self._burst: Burst | None = None
        self._partial = b""
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, _error: Exception | None) -> None:
        if self._burst is not None:
            self._burst.fail("the server closed a connection")

    def begin(self, burst: Burst, turn: Turn) -> None:
        self._burst = burst
        self._turn = turn
        self._go_on(burst, b"", time.perf_counter())

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
            if now < burst.deadline:
                self._go_on(burst, data, now)
            else:
                self._burst = None
                burst.leave(now)

    def _go_on(self, burst: Burst, answer: bytes, now: float) -> None:
        try:
            request = self._turn(answer)
        except BenchError as error:
            burst.fail(str(error))
            return
        if request is None:
            self._burst = None
            burst.leave(now)
        else:
            self._sent = now
            self.transport.write(request)

    def _refuse(self, data: bytes) -> None:
        if self._burst is not None:
            expected = b" or ".join(self._burst.expected).decode()
            self._burst.fail(f"{expected!r} was expected, and {data[:300]!r} came")


def is_complete(data: bytes) -> bool:
    """Return whether a response is complete, by its announced length."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    at = data.find(_LENGTH, 0, end)
    if at < 0:
        at = data[:end].lower().find(_LENGTH)
    start = at + len(_LENGTH)
    return at >= 0 and len(data) == end + 4 + int(data[start : data.index(b"\r", start)])


async def _burst(open_: list[Connection], plan: Plan, seconds: float) -> tuple[list[float], float]:
    """Send until the time is over; return the latencies and the time of the last response."""
    done = asyncio.get_running_loop().create_future()
    expected = tuple(b"HTTP/1.1 %d " % status for status in plan.statuses)
    burst = Burst(expected, time.perf_counter() + seconds, len(open_), done)
    for connection in open_:
        connection.begin(burst, plan.turns())
    try:
        async with asyncio.timeout(seconds + _GRACE):
            ended = await done
    except TimeoutError:
        raise BenchError(f"{burst.open} of {len(open_)} connections got no answer within {_GRACE} s") from None
    return burst.latencies, ended


async def _connect(port: int, connections: int) -> list[Connection]:
    loop = asyncio.get_running_loop()
    try:
        return [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(connections)]
    except OSError as error:
        raise BenchError(f"cannot connect: {error}") from None


async def load(plan: Plan, port: int, cpu: Callable[[], dict[str, float]]) -> Load:
    """Open the connections, send one request on each, and measure from then on.

    `cpu` returns the CPU seconds of each process of the server so far.
    """
    open_ = await _connect(port, plan.connections)
    try:
        await _burst(open_, plan, 0)
        before, client, begun = cpu(), time.process_time(), time.perf_counter()
        latencies, ended = await _burst(open_, plan, plan.seconds)
        client, after = time.process_time() - client, cpu()
    finally:
        for connection in open_:
            connection.transport.abort()
    if not latencies:
        raise BenchError("nothing was left to send")
    latencies.sort()
    count = len(latencies)
    computed = {name: seconds - before.get(name, 0.0) for name, seconds in after.items()}
    return Load(count, ended - begun, latencies[count // 2], latencies[count * 99 // 100], computed, client)
