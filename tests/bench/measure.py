"""An interleaved run: every round measures every server on every path with every number of connections."""

import asyncio
import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvloop

from tests.bench.failure import BenchError
from tests.bench.load import Load, Plan, load
from tests.bench.placing import Cores, Places, on
from tests.bench.requests import DELETES, PATHS, REFUSALS, turns, write_seed
from tests.bench.server import Server
from tests.bench.targets import OURS, Target

_AUDIENCES_A_SECOND = 25_000
_STARTS = 9


@dataclass(frozen=True)
class Options:
    """The extent of a run. `seconds`: the length of one measurement; `places`: the cores of server and client."""

    seconds: float
    rounds: int
    connections: tuple[int, ...]
    paths: tuple[str, ...]
    places: Places

    @property
    def audiences(self) -> int:
        return int(self.seconds * _AUDIENCES_A_SECOND) + max(self.connections)

    def cores(self, target: Target) -> Cores:
        """Return the cores of a server."""
        return self.places.server if target.confined else self.places.everywhere


@dataclass(frozen=True)
class Sample:
    """A measurement, with its round, target, path and number of connections."""

    round: int
    target: str
    path: str
    connections: int
    load: Load


@dataclass(frozen=True)
class Footprint:
    """The time to the first response of each start, by target, in seconds; and the memory of ours, in MB."""

    starts: dict[str, list[float]]
    memory_started: float
    memory_loaded: float


Progress = Callable[[str], None]


class Client:
    """A client that loads servers from its own core."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._runner.close()

    def warm_up(self, server: Server) -> None:
        """Load a server until it has reached its full speed."""
        self.path(server, DELETES, max(self.options.connections), server.target.warm_up)

    def path(self, server: Server, path: str, connections: int, seconds: float | None = None) -> Load:
        """Measure a server on a path."""
        remembers = server.target.remembers
        if remembers and path == DELETES:
            server.reset()
        statuses = (200,) if not remembers and path in REFUSALS else PATHS[path]
        maker = turns(path, self.options.audiences, remembers=remembers)
        return self.load(Plan(f"path {path}", maker, statuses, connections, seconds or self.options.seconds), server)

    def load(self, plan: Plan, server: Server) -> Load:
        """Measure a server."""
        gc.collect()
        gc.disable()  # a pause of the client is not the server's latency
        with on(self.options.places.client):
            try:
                return self._runner.run(load(plan, server.port, server.cpu))
            except BenchError as error:
                raise BenchError(f"the server {server.target.name!r} on {plan.name}: {error}") from None


def samples(targets: Sequence[Target], options: Options, progress: Progress) -> list[Sample]:
    """Start the servers and measure round by round."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, Client(options) as client:
        seed = Path(folder) / "seed.json"
        write_seed(seed, options.audiences)
        servers = [stack.enter_context(Server(target, options.cores(target), seed)) for target in targets]
        collected = []
        for server in servers:
            progress(f"warming up {server.target.name}")
            client.warm_up(server)
        for number in range(options.rounds):
            progress(f"round {number + 1} of {options.rounds}")
            collected += list(_round(number, options, servers, client))
        return collected


def _round(number: int, options: Options, servers: list[Server], client: Client) -> Iterator[Sample]:
    """Measure every server once; each round begins with another server, so that none always runs on a warm machine."""
    first = number % len(servers)
    for connections in options.connections:
        for path in options.paths:
            for server in servers[first:] + servers[:first]:
                if path in server.target.paths:
                    measured = client.path(server, path, connections)
                    yield Sample(number, server.target.name, path, connections, measured)


def footprint(targets: Sequence[Target], options: Options, progress: Progress) -> Footprint:
    """Start every server repeatedly, the first time only to warm the machine; then measure the memory of ours."""
    progress(f"{_STARTS} starts of each server")
    rounds = [{target.name: _start(target, options) for target in targets} for _ in range(_STARTS + 1)]
    starts = {target.name: [round_[target.name] for round_ in rounds[1:]] for target in targets}
    progress("memory")
    with Server(OURS, options.cores(OURS)) as server, Client(options) as client:
        started = server.resident_megabytes()
        server.reset()
        for path in REFUSALS:
            client.path(server, path, max(options.connections))
        return Footprint(starts, started, server.resident_megabytes())


def _start(target: Target, options: Options) -> float:
    with Server(target, options.cores(target)) as server:
        return server.started
