"""`python -m tests.bench.crowd`: thousands of idle connections and slow readers, and what everybody else notices.

A client asks for an audience all the time, alone at first and then among the others: its waits, and the memory of the
server. It needs `ulimit -n` above the number of connections.
"""

import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import quantiles

import click
import uvloop

from tests.bench.failure import BenchError
from tests.bench.server import Server
from tests.bench.targets import SERVE, Target

_KEY = "sk_test_of_the_crowd"
_GROUP = "a" * 24
_AUDIENCE = "b" * 24
_AUDIENCES = 5_000
_DESCRIPTION = "d" * 2_000
_PATH = f"/v1/accounts/{_GROUP}/audiences"
_SPARE = 500
_SIP = 1_024
_PAUSE = 0.5
_BACK_OFF = 5.0
_AT_ONCE = 200
_GRACE = 30


@dataclass(frozen=True)
class Crowd:
    """The number of idle connections and of slow readers, and the seconds of each phase."""

    idle: int
    slow: int
    seconds: float


@dataclass(frozen=True)
class Phase:
    """The notes of the client: its requests, their median and 99th percentile in ms, and the memory of the server."""

    requests: int
    p50: float
    p99: float
    worst: float
    megabytes: float

    def __str__(self) -> str:
        waits = f"p50 {self.p50:.2f} ms, p99 {self.p99:.2f} ms, longest {self.worst:.1f} ms"
        return f"{self.requests:,} requests, {waits}, at most {self.megabytes:.0f} MB"


def request(path: str) -> bytes:
    """Return a request with the key of the crowd."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {_KEY}\r\n\r\n".encode()


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> None:
    """Send a request, and read its response, which is a 200."""
    writer.write(request(path))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise BenchError(f"a request of the crowd got {head[:60]!r}")
    await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


async def read_slowly(port: int, index: int) -> None:
    """Ask for a long list, take a little of it now and then, and try again a while after its end or its refusal."""
    for _ in count():
        await asyncio.sleep(_BACK_OFF * (1 + index % _AT_ONCE / _AT_ONCE))  # not all of them at once
        with suppress(OSError):
            await _take_list(*await asyncio.open_connection("127.0.0.1", port, limit=_SIP))


async def _take_list(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        writer.write(request(f"{_PATH}/navigation"))
        while part := await reader.read(_SIP):
            if part.startswith(b"HTTP/1.1 503"):
                break
            await asyncio.sleep(_PAUSE)
    finally:
        writer.close()


async def measure(server: Server, seconds: float) -> Phase:
    """Ask all the time, one request after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    waits, megabytes = list[float](), 0.0
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        await ask(reader, writer, f"{_PATH}/{_AUDIENCE}")
        waits.append((time.perf_counter() - begun) * 1_000)
        if len(waits) % 100 == 0:
            megabytes = max(megabytes, server.resident_megabytes())
        await asyncio.sleep(0.002)  # so that the machine is not busy with this client
    writer.close()
    cuts = quantiles(waits, n=100)
    return Phase(len(waits), cuts[49], cuts[98], max(waits), megabytes)


async def connect_idle(port: int) -> asyncio.StreamWriter:
    """Return a connection that has had one response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await ask(reader, writer, f"{_PATH}/{_AUDIENCE}")
    return writer


async def gather_idle(port: int, number: int) -> list[asyncio.StreamWriter]:
    """Open the idle connections, some at a time."""
    opened = list[asyncio.StreamWriter]()
    while len(opened) < number:
        some = min(_AT_ONCE, number - len(opened))
        opened += await asyncio.gather(*(connect_idle(port) for _ in range(some)))
    return opened


async def run(crowd: Crowd, server: Server) -> tuple[Phase, Phase]:
    """Measure the client alone, and among the crowd."""
    alone = await measure(server, min(crowd.seconds, _GRACE))
    async with AsyncExitStack() as stack:
        for writer in await gather_idle(server.port, crowd.idle):
            stack.callback(writer.close)
        for index in range(crowd.slow):
            stack.callback(asyncio.create_task(read_slowly(server.port, index)).cancel)
        return alone, await measure(server, crowd.seconds)


def seed_file(folder: Path) -> Path:
    """Return a file with a seed whose navigation has 10 MB."""
    audiences = [{"name": f"a{number}", "description": _DESCRIPTION} for number in range(_AUDIENCES)]
    audiences[0]["id"] = _AUDIENCE
    seed = {
        "keys": [{"key": _KEY}],
        "accountGroups": [{"id": _GROUP, "name": "g", "audiences": audiences}],
    }
    file = folder / "seed.json"
    file.write_text(json.dumps(seed))
    return file


@click.command()
@click.option("--idle", type=click.IntRange(0), default=10_000, show_default=True, help="Idle connections.")
@click.option("--slow", type=click.IntRange(0), default=100, show_default=True, help="Slow readers of a long list.")
@click.option("--seconds", type=click.FloatRange(1), default=60, show_default=True, help="Time among the crowd.")
def main(idle: int, slow: int, seconds: float) -> None:
    """Measure what a client notices of a crowd."""
    crowd = Crowd(idle, slow, seconds)
    command = (*SERVE, "--max-connections", str(idle + slow + _SPARE))
    with tempfile.TemporaryDirectory() as folder:
        try:
            with Server(Target("ours", command), seed_file=seed_file(Path(folder))) as server:
                alone, among = uvloop.run(run(crowd, server))
        except (BenchError, OSError) as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"alone:                                {alone}")
    click.echo(f"among {idle:,} idle and {slow:,} slow: {among}")
    click.echo(f"p99 among the crowd / alone:          {among.p99 / alone.p99:.2f}")


if __name__ == "__main__":
    main()
