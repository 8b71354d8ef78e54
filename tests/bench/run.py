"""The chosen parts of a run, one after the other."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.figures import Run
from tests.bench.listing import listings
from tests.bench.measure import Options, Progress, footprint, samples
from tests.bench.peers import NoPeersError, peers
from tests.bench.stores import MEMORY, STORES, Databases
from tests.bench.suite import suite
from tests.bench.targets import BARE, NO_JOURNAL, OURS, STOCK, Target

PATHS_PART, LIST, START, SUITE = PARTS = ("paths", "list", "start", "suite")
_DATABASES = tuple(store for store in STORES if store != MEMORY)


@dataclass(frozen=True)
class Choice:
    """The selection: parts of the run, stores of ours, numbers of workers on a database, and whether peers run."""

    parts: tuple[str, ...]
    stores: tuple[str, ...]
    workers: tuple[int, ...]
    peers: bool

    @property
    def memory(self) -> bool:
        return MEMORY in self.stores


def run(choice: Choice, options: Options, progress: Progress, find_peers: Callable[[], list[Target]] = peers) -> Run:
    """Measure the chosen parts; raise BenchError if a server fails."""
    others, left_out = _others(find_peers, progress) if choice.peers else ([], [])
    with Databases() as databases:
        stored = [
            partial(databases.target, store, number)
            for store in _DATABASES
            if store in choice.stores
            for number in choice.workers
        ]
        paged = [(lambda: OURS)] if choice.memory else []
        paged += [partial(databases.target, store, 1) for store in _DATABASES if store in choice.stores]
        ours = [OURS, NO_JOURNAL] if choice.memory else []
        start = START in choice.parts and choice.memory
        return Run(
            footprint=footprint((BARE, OURS, STOCK), options, progress) if start else None,
            samples=samples([BARE, *ours, STOCK, *[make() for make in stored], *others], options, progress)
            if PATHS_PART in choice.parts
            else (),
            listings=listings(paged, options, progress) if LIST in choice.parts else {},
            suite=suite(options.places.everywhere, progress) if SUITE in choice.parts else None,
            left_out=left_out,
        )


def _others(find_peers: Callable[[], list[Target]], progress: Progress) -> tuple[list[Target], list[str]]:
    progress("npm install, once")
    try:
        return find_peers(), []
    except NoPeersError as error:
        return [], [f"openapi-backend and Prism, since {error}"]
