"""`python -m tests.harness.prove_plan`: prints the parts of `make prove`, and roughly how long they take."""

import os
from dataclasses import dataclass

import click

from tests.mutants.combinations import PAIRS
from tests.mutants.registry import CONVERSATIONAL, MUTANTS, VARIANTS
from tests.mutants.single.registry import MUTANTS as SINGLE_MUTANTS
from tests.mutants.single.variants import VARIANTS as SINGLE_VARIANTS
from tests.system.schemathesis_run import runs

SEEDS = 5
CORES = 2
"""The number of cores that `make prove` uses: `make mutants` runs two mutants at a time."""
RUN, RARE_RUN, SINGLE_RUN, CONVERSATION, REST, SCHEMATHESIS, VERSIONS = 12, 60, 12, 1.5, 1800, 25, 360
"""CPU seconds of one item of each part, in November 2026. `REST` and `RARE_RUN` were extrapolated from the sample."""


@dataclass(frozen=True)
class Part:
    """A part of `make prove`: `count` items of `seconds` of CPU time each."""

    name: str
    count: int
    seconds: float

    @property
    def minutes(self) -> float:
        """The minutes that the part takes if nothing else is running."""
        return self.count * self.seconds / min(CORES, os.cpu_count() or 1) / 60


def parts() -> list[Part]:
    """Return the parts, in the order in which they are run."""
    rare = sum(mutant.shows_rarely for mutant in MUTANTS)
    single = len(SINGLE_MUTANTS) + (len(SINGLE_VARIANTS) + 1) * SEEDS
    return [
        Part(f"runs on the legal variants of the whole server, {SEEDS} seeds each", len(VARIANTS) * SEEDS, RUN),
        Part(f"runs on the single endpoint, its mutants and its variants, {SEEDS} seeds each", single, SINGLE_RUN),
        Part("conversations with mutants of the whole server", len(CONVERSATIONAL), CONVERSATION),
        Part("rest of the tests, with all their crashes, races and examples", 1, REST),
        Part("runs of all checks on mutants of the whole server", len(MUTANTS) - rare, RUN),
        Part("runs of all checks, with all repetitions, on mutants that show rarely", rare, RARE_RUN),
        Part("runs of all checks on pairs of mutants, and on twenty at once", PAIRS + 1, RUN),
        Part("runs of Schemathesis on the two contracts", len(runs()), SCHEMATHESIS),
        Part("sets of dependencies, the oldest and the newest that are allowed, with the unit tests", 2, VERSIONS),
    ]


@click.command()
def main() -> None:
    """Print what `make prove` runs, and the minutes that it is going to take."""
    for part in parts():
        click.echo(f"{part.minutes:5.0f} min  {part.count} {part.name}")
    total = sum(part.minutes for part in parts())
    click.echo(f"{total:5.0f} min  roughly, all in all, on {CORES} cores with nothing else running")


if __name__ == "__main__":
    main()
