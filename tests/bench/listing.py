"""The cost of a page of the list with many audiences, beside its cost with few."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.load import Load, Plan
from tests.bench.measure import Client, Options, Progress
from tests.bench.requests import Pages, write_seed
from tests.bench.server import Server
from tests.bench.targets import Target

PAGE = 50
FEW = 100
MANY = 100_000
_CONNECTIONS = 16


@dataclass(frozen=True)
class Listing:
    """The same pages with few audiences and with many, in one round."""

    few: Load
    many: Load


def listings(
    make_targets: Sequence[Callable[[], Target]], options: Options, progress: Progress
) -> dict[str, list[Listing]]:
    """Measure the list on each target.

    Args:
        make_targets: functions that each make a new target, because two servers must not share their store.
        options: what to measure.
        progress: called with a line before each target.
    """
    with tempfile.TemporaryDirectory() as folder, Client(options) as client:
        seeds = [Path(folder) / f"{number}.json" for number in (FEW, MANY)]
        for seed, number in zip(seeds, (FEW, MANY), strict=True):
            write_seed(seed, number)
        by_target = {}
        for make in make_targets:
            with ExitStack() as stack:
                targets = [make() for _ in seeds]
                progress(f"list of {MANY:,} audiences: {targets[0].name}")
                few, many = [
                    stack.enter_context(Server(target, options.cores(target), seed))
                    for target, seed in zip(targets, seeds, strict=True)
                ]
                _round(client, few, many)  # warms them
                by_target[targets[0].name] = [_round(client, few, many) for _ in range(options.rounds)]
        return by_target


def _round(client: Client, few: Server, many: Server) -> Listing:
    return Listing(*[_load(client, server) for server in (few, many)])


def _load(client: Client, server: Server) -> Load:
    return client.load(Plan("the list", partial(Pages, PAGE), (200,), _CONNECTIONS, client.options.seconds), server)
