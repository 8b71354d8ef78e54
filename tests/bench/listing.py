"""What a page of the list costs where there are many audiences, beside where there are few."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.load import Load, Plan
from tests.bench.measure import Client, Options, Progress
from tests.bench.server import Server
from tests.bench.targets import Target
from tests.bench.world import Pages, write_seed

PAGE = 50
FEW = 100
MANY = 100_000
_CONNECTIONS = 16


@dataclass(frozen=True)
class Listing:
    """The same pages out of few audiences and out of many, in one round."""

    few: Load
    many: Load


def listings(made: Sequence[Callable[[], Target]], options: Options, progress: Progress) -> dict[str, list[Listing]]:
    """By target; `made` makes each anew, since two of them must not share what they keep."""
    with tempfile.TemporaryDirectory() as folder, Client(options) as client:
        seeds = [Path(folder) / f"{number}.json" for number in (FEW, MANY)]
        for seed, number in zip(seeds, (FEW, MANY), strict=True):
            write_seed(seed, number)
        found = {}
        for make in made:
            with ExitStack() as stack:
                targets = [make() for _ in seeds]
                progress(f"list of {MANY:,} audiences: {targets[0].name}")
                few, many = [
                    stack.enter_context(Server(target, options.cores(target), seed))
                    for target, seed in zip(targets, seeds, strict=True)
                ]
                _round(client, few, many)  # warms them
                found[targets[0].name] = [_round(client, few, many) for _ in range(options.rounds)]
        return found


def _round(client: Client, few: Server, many: Server) -> Listing:
    return Listing(*[_load(client, server) for server in (few, many)])


def _load(client: Client, server: Server) -> Load:
    return client.load(Plan("the list", partial(Pages, PAGE), (200,), _CONNECTIONS, client.options.seconds), server)
