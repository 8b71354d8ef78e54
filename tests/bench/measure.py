"""One interleaved run: every round measures every server on every path with every number of connections."""

import asyncio
import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop

from tests.bench.load import Load, Plan, load
from tests.bench.targets import OURS, TARGETS, Server, Target
from tests.bench.world import DELETES, PATHS, requests, write_seed, yardstick

_AUDIENCES_A_SECOND = 25_000
_STARTS = 9


@dataclass(frozen=True)
class Options:
    """How much to measure. `seconds`: the length of one measurement; `server`, `client`: the cores, None for any."""

    seconds: float
    rounds: int
    connections: tuple[int, ...]
    server: int | None
    client: int | None

    @property
    def audiences(self) -> int:
        return int(self.seconds * _AUDIENCES_A_SECOND) + max(self.connections)


@dataclass(frozen=True)
class Sample:
    """One measurement, and where it belongs."""

    round: int
    target: str
    path: str
    connections: int
    load: Load


@dataclass(frozen=True)
class Footprint:
    """Time to the first answer of each start, by target, in seconds; and the memory of ours, in MB."""

    starts: dict[str, list[float]]
    memory_started: float
    memory_loaded: float


Progress = Callable[[str], None]


def samples(options: Options, progress: Progress) -> list[Sample]:
    """Start the servers, and measure round by round."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, _runner() as runner:
        seed = Path(folder) / "seed.json"
        write_seed(seed, options.audiences)
        servers = [stack.enter_context(Server(target, options.server, seed)) for target in TARGETS]
        found = []
        for number in range(options.rounds):
            progress(f"round {number + 1} of {options.rounds}")
            found += list(_round(number, options, servers, runner))
        return found


def _round(number: int, options: Options, servers: list[Server], runner: asyncio.Runner) -> Iterator[Sample]:
    """Another server comes first each time, so that none always runs on a machine that another has warmed."""
    first = number % len(servers)
    for connections in options.connections:
        for path in PATHS:
            for server in servers[first:] + servers[:first]:
                measured = runner.run(_measure(server, path, connections, options))
                yield Sample(number, server.target.name, path, connections, measured)


async def _measure(server: Server, path: str, connections: int, options: Options) -> Load:
    if server.target.remembers:
        if path == DELETES:
            server.reset()
        sent, status = requests(path, options.audiences), PATHS[path]
    else:
        sent, status = yardstick(path, options.audiences), 200
    gc.collect()
    gc.disable()  # a pause of the client is not the server's latency
    name = f"the server {server.target.name!r} on path {path}"
    return await load(Plan(name, server.port, sent, status, connections, options.seconds, server.cpu_seconds))


def footprint(options: Options, progress: Progress) -> Footprint:
    """Start every server again and again, the first time only to warm the machine; then load ours as it comes."""
    progress(f"{_STARTS} starts of each server")
    rounds = [{target.name: _start(target, options) for target in TARGETS} for _ in range(_STARTS + 1)]
    starts = {target.name: [one[target.name] for one in rounds[1:]] for target in TARGETS}
    progress("memory")
    with Server(OURS, options.server) as server, _runner() as runner:
        started = server.resident_megabytes()
        server.reset()
        for path in PATHS.keys() - {DELETES}:
            runner.run(_measure(server, path, max(options.connections), options))
        return Footprint(starts, started, server.resident_megabytes())


def _start(target: Target, options: Options) -> float:
    with Server(target, options.server) as server:
        return server.started


def _runner() -> asyncio.Runner:
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
