"""The chosen parts of a run, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.figures import Run
from tests.bench.footprint import footprint
from tests.bench.listing import listings
from tests.bench.measure import Options, Progress, samples
from tests.bench.peers import NoPeersError, Peers, peers
from tests.bench.stores import MEMORY, STORES, Databases
from tests.bench.suite import suites
from tests.bench.targets import FROM_NPM, OURS, PYTHON, Target

PATHS_PART, LIST, START, SUITE = PARTS = ("paths", "list", "start", "suite")
_DATABASES = tuple(store for store in STORES if store != MEMORY)


@dataclass(frozen=True)
class Choice:
    """The selection of a run.

    Attributes:
        parts: the parts of the run.
        targets: the servers, those from npm included if they are named.
        stores: the stores of our server.
        workers: the numbers of its processes on a database.
        peers: whether all servers from npm run, named or not.
        requests: the requests after which the memory of our server is read a last time.
    """

    parts: tuple[str, ...]
    targets: tuple[str, ...]
    stores: tuple[str, ...]
    workers: tuple[int, ...]
    peers: bool
    requests: int = 0

    @property
    def from_npm(self) -> tuple[str, ...]:
        """The names of the chosen servers from npm."""
        return tuple(name for name in FROM_NPM if self.peers or name in self.targets)

    @property
    def memory(self) -> bool:
        return MEMORY in self.stores

    def python(self) -> list[Target]:
        """Return the chosen servers that need nothing but pip."""
        return [target for target in PYTHON if target.name in self.targets and (self.memory or target.store is None)]


def run(choice: Choice, options: Options, progress: Progress, find_peers: Callable[[], Peers] = peers) -> Run:
    """Measure the chosen parts; raise BenchError if a server fails."""
    found, left_out = _others(find_peers, progress) if choice.from_npm else (Peers(), [])
    targets = choice.python() + [target for target in found.targets if target.name in choice.from_npm]
    with Databases() as databases:
        chosen = [store for store in _DATABASES if store in choice.stores]
        stored = [partial(databases.target, store, number) for store in chosen for number in choice.workers]
        paged = [(lambda: OURS)] if choice.memory else []
        paged += [partial(databases.target, store, 1) for store in chosen]
        measured = targets + ([make() for make in stored] if PATHS_PART in choice.parts else [])
        return Run(
            footprint=footprint(targets, options, choice.requests, progress) if START in choice.parts else None,
            samples=samples(measured, options, progress) if PATHS_PART in choice.parts else (),
            listings=listings(paged, options, progress) if LIST in choice.parts else {},
            suites=suites(options.places.everywhere, progress) if SUITE in choice.parts else (),
            left_out=left_out,
            about={target.name: target.about for target in measured},
            versions=found.versions,
        )


def _others(find_peers: Callable[[], Peers], progress: Progress) -> tuple[Peers, list[str]]:
    progress("npm install, once")
    try:
        return find_peers(), []
    except NoPeersError as error:
        return Peers(), [f"openapi-backend and Prism, since {error}"]
