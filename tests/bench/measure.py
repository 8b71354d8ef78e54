"""An interleaved run: every round measures every server on every path with every number of connections."""

import asyncio
import gc
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvloop

from tests.bench.failure import BenchError
from tests.bench.load import Load, Plan, load
from tests.bench.placing import Cores, Places, on
from tests.bench.requests import DELETES, FLOW, write_seed
from tests.bench.scenarios import scenario
from tests.bench.server import Server
from tests.bench.targets import Target
from tests.bench.wrk import Wrk


@dataclass(frozen=True)
class Options:
    """The extent of a run.

    Attributes:
        seconds: the length of one measurement.
        places: the cores of server and client.
        wrk: the load generator; None for the client in Python.
        deletions: the audiences that are prepared for each second of deletions.
    """

    seconds: float
    rounds: int
    connections: tuple[int, ...]
    paths: tuple[str, ...]
    places: Places
    wrk: Wrk | None = None
    deletions: int = 40_000

    @property
    def audiences(self) -> int:
        return int(self.seconds * self.deletions) + max(self.connections)

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
        path = FLOW if FLOW in server.target.paths else DELETES
        self.path(server, path, max(self.options.connections), server.target.warm_up)

    def path(self, server: Server, path: str, connections: int, seconds: float | None = None) -> Load:
        """Measure a server on a path."""
        if server.target.remembers and path == DELETES:
            server.reset()
        sent, length = scenario(path, server.target.kind, self.options.audiences), seconds or self.options.seconds
        if self.options.wrk is None:
            return self.load(Plan(f"path {path}", sent.turns(), sent.statuses, connections, length), server)
        with on(self.options.places.client), _naming(server, f"path {path}"):
            return self.options.wrk.load(sent, connections, length, server)

    def load(self, plan: Plan, server: Server) -> Load:
        """Measure a server."""
        gc.collect()
        gc.disable()  # a pause of the client is not the server's latency
        with on(self.options.places.client), _naming(server, plan.name):
            return self._runner.run(load(plan, server.port, server.cpu))


@contextmanager
def _naming(server: Server, measured: str) -> Iterator[None]:
    """Name the server in the errors of the block."""
    try:
        yield
    except BenchError as error:
        raise BenchError(f"the server {server.target.name!r} on {measured}: {error}") from None


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
