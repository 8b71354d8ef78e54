"""The start and the memory of each server."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.bench.measure import Client, Options, Progress
from tests.bench.requests import DELETES, write_seed
from tests.bench.server import Server
from tests.bench.targets import OURS, Target

_STARTS = 9
_LONGER = 5  # a load of a server that is cold, with more connections than it has seen, needs longer than a measurement
LOADED = 50_000
"""The requests after which the memory of each server is read."""


@dataclass(frozen=True)
class Memory:
    """The resident memory of a server, in MiB, once started and after `requests` requests.

    Attributes:
        late: the memory after `late_requests` requests, of our server alone.
    """

    started: float
    loaded: float
    requests: int
    late: float | None = None
    late_requests: int = 0


@dataclass(frozen=True)
class Footprint:
    """By target: the times to the first response of each start, in seconds, and the memory."""

    starts: dict[str, list[float]]
    memory: dict[str, Memory] = field(default_factory=dict)


def footprint(targets: Sequence[Target], options: Options, requests: int, progress: Progress) -> Footprint:
    """Start every server repeatedly, the first time only to warm the machine; then measure the memory of each.

    Args:
        targets: the servers.
        options: the cores, the load generator and the numbers of connections.
        requests: the requests after which the memory of our server is read a last time.
        progress: called with a line before each part.
    """
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder) / "seed.json"
        write_seed(seed, 1)
        progress(f"{_STARTS} starts of each server")
        rounds = [{target.name: _start(target, options, seed) for target in targets} for _ in range(_STARTS + 1)]
        starts = {target.name: [round_[target.name] for round_ in rounds[1:]] for target in targets}
        memory = {}
        for target in targets:
            progress(f"memory of {target.name}")
            memory[target.name] = memory_of(target, options, (min(LOADED, requests), requests), seed)
        return Footprint(starts, memory)


def _start(target: Target, options: Options, seed: Path) -> float:
    with Server(target, options.cores(target), seed) as server:
        return server.started


def memory_of(target: Target, options: Options, requests: tuple[int, int], seed: Path) -> Memory:
    """Return the memory of a server after the first number of requests; of ours also after the second."""
    first, last = requests
    with Server(target, options.cores(target), seed) as server, Client(options) as client:
        started = server.resident_megabytes()
        sent = _send(client, server, first)
        loaded = server.resident_megabytes()
        if target != OURS or first == last:
            return Memory(started, loaded, sent)
        late = sent + _send(client, server, max(1, last - sent))
        return Memory(started, loaded, sent, server.resident_megabytes(), late)


def _send(client: Client, server: Server, requests: int) -> int:
    """Load a server on its paths in turn, until it has had so many requests; return their number."""
    paths = cycle([path for path in client.options.paths if path in server.target.paths and path != DELETES] or ["404"])
    sent, seconds = 0, client.options.seconds * _LONGER
    while sent < requests:
        sent += client.path(server, next(paths), max(client.options.connections), seconds).requests
    return sent
