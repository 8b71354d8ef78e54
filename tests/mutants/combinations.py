"""`python -m tests.mutants.combinations`: random pairs of mutants, and twenty at once, none of which may pass."""

import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import click

from tests.mutants.registry import MUTANTS
from tests.mutants.server.combined import Combined
from tests.mutants.suite import SAMPLE_REPEATS, failed_ids, options_for_repeats, run_suite

BY_NAME = {mutant.__name__: mutant for mutant in MUTANTS}
PAIRS, CROWD = 50, 20


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run on several mutants at once: the ids that detect one of them, and were found broken."""

    names: tuple[str, ...]
    found: tuple[str, ...]
    verdict: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Whether the server does not pass, because of what one of its mutants names."""
        return self.verdict == "nonconformant" and bool(self.found)


def draw(names: Sequence[str], size: int, count: int, seed: int) -> list[tuple[str, ...]]:
    """Return random groups of different mutants."""
    generator = random.Random(seed)  # noqa: S311  (repeated by its seed)
    return [tuple(sorted(generator.sample(sorted(names), size))) for _ in range(count)]


def run_combination(names: tuple[str, ...], seed: int, repeats: int) -> Outcome:
    """Run the suite on a server with some mutants; `repeats`: the repetitions of cheap checks."""
    combined = Combined([BY_NAME[name]() for name in names])
    rare = all(BY_NAME[name].shows_rarely for name in names)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        options = [] if rare else options_for_repeats(repeats)
        _, report = run_suite(combined, Path(folder), "--seed", str(seed), "--strict", *options)
    found = tuple(sorted(failed_ids(report) & combined.killed_by))
    return Outcome(names, found, report["verdict"], round(time.monotonic() - started, 1))


def run_combinations(groups: Sequence[tuple[str, ...]], seed: int, at_once: int, repeats: int) -> Iterator[Outcome]:
    """Run the suite on each combination, and yield each outcome when it is there."""
    with ProcessPoolExecutor(at_once, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run_combination, names, seed, repeats) for names in groups]):
            yield done.result()


@click.command()
@click.option("--pairs", default=PAIRS, show_default=True, type=click.IntRange(min=0))
@click.option("--at-once", default=2, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True)
@click.option("--max-examples", "repeats", default=SAMPLE_REPEATS, show_default=True, type=click.IntRange(min=1))
def main(pairs: int, at_once: int, seed: int, repeats: int) -> None:
    """Run the suite on pairs of mutants, and on twenty at once. Exit status 1 if one combination passes."""
    groups = [*draw(list(BY_NAME), 2, pairs, seed), *draw(list(BY_NAME), CROWD, 1, seed)]
    done: list[Outcome] = []
    for outcome in run_combinations(groups, seed, at_once, repeats):
        done.append(outcome)
        word = "killed  " if outcome.is_killed else "SURVIVES"
        click.echo(f"{word} {outcome.seconds:6.1f} s  {' + '.join(outcome.names)}: {' '.join(outcome.found)}")
    survivors = [outcome for outcome in done if not outcome.is_killed]
    click.echo(f"{len(done) - len(survivors)} of {len(done)} combinations killed by what one of their mutants names")
    sys.exit(1 if survivors else 0)


if __name__ == "__main__":
    main()
