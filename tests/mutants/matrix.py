"""`python -m tests.mutants.matrix`: the requirements that kill each mutant of the whole server."""

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from conformance.catalogue.requirements import Level, load_catalogue
from tests.mutants.registry import MUTANTS
from tests.mutants.server.mutated import Mutant
from tests.mutants.suite import SAMPLE_REPEATS, failed_ids, operation_of, options_for_mutant, run_suite

BY_NAME = {mutant.__name__: mutant for mutant in MUTANTS}


@dataclass(frozen=True)
class Row:
    """The result of one mutant. `missed`: the requirements that it names and the suite did not find broken."""

    mutant: str
    fault: str
    must: list[str]
    should: list[str]
    missed: list[str]
    verdict: str
    seconds: float

    @property
    def is_killed(self) -> bool:
        """Whether all requirements that the mutant names were found broken."""
        return not self.missed


def run_mutant(name: str, seed: int, repeats: int) -> Row:
    """Run the suite on one mutant; `repeats`: the repetitions of cheap checks, unless the mutant shows rarely."""
    mutant: type[Mutant] = BY_NAME[name]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        _, report = run_suite(mutant(), Path(folder), "--seed", str(seed), *options_for_mutant(mutant, repeats))
    found = sorted(failed_ids(report))
    must = [one for one in found if load_catalogue()[one].level is Level.MUST]
    return Row(
        name,
        mutant.__doc__ or "",
        must,
        [one for one in found if one not in must],
        sorted(mutant.killed_by - set(found)),
        report["verdict"],
        round(time.monotonic() - started, 1),
    )


def run_mutants(names: Sequence[str], seed: int, at_once: int, repeats: int) -> Iterator[Row]:
    """Run the suite on some mutants, and yield each result when it is there."""
    with ProcessPoolExecutor(at_once, multiprocessing.get_context("spawn")) as pool:
        for done in as_completed([pool.submit(run_mutant, name, seed, repeats) for name in names]):
            yield done.result()


def by_fact(requirement_ids: Sequence[str]) -> str:
    """Return ids in a shorter form: each fact with the operations at which it is broken."""
    facts: dict[str, list[str]] = {}
    for one in requirement_ids:
        prefix = operation_of(one)
        facts.setdefault(one.removeprefix(f"{prefix}-"), []).append(prefix)
    return "  ".join(f"{fact}({' '.join(prefixes)})" for fact, prefixes in facts.items())


def describe(row: Row) -> str:
    """Return the line of a mutant in the matrix, and lines with the requirements that killed it."""
    word = "killed  " if row.is_killed else "SURVIVES"
    lines = [f"{word} {row.seconds:6.1f} s  {row.mutant}: {row.fault}"]
    lines += [f"    {name}: {by_fact(ids)}" for name, ids in (("MUST", row.must), ("SHOULD", row.should)) if ids]
    lines += [f"    named, and not found: {by_fact(row.missed)}"] if row.missed else []
    return "\n".join(lines)


def musts_without_kill(done: Sequence[Row]) -> list[str]:
    """Return the checkable MUSTs that have killed no mutant."""
    killing = {one for row in done for one in row.must}
    demanded = [row.id for row in load_catalogue().values() if row.level is Level.MUST and row.excluded is None]
    return [one for one in demanded if one not in killing]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(BY_NAME)), metavar="[MUTANT]...")
@click.option("--at-once", default=2, show_default=True, type=click.IntRange(min=1))
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--max-examples",
    "repeats",
    default=SAMPLE_REPEATS,
    show_default=True,
    type=click.IntRange(min=1),
    help="Repetitions of cheap checks: by default a tenth of the suite's own. Mutants that show rarely get all.",
)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the matrix there, too.")
def main(names: tuple[str, ...], at_once: int, seed: int, repeats: int, file: Path | None) -> None:
    """Run the suite on mutants: all, or those that are named. Exit status 1 if one survives, or a MUST kills none."""
    done: list[Row] = []
    started = time.monotonic()
    for row in run_mutants(names or sorted(BY_NAME), seed, at_once, repeats):
        done.append(row)
        click.echo(describe(row))
    survivors = [row.mutant for row in done if not row.is_killed]
    idle = [] if names else musts_without_kill(done)
    minutes = (time.monotonic() - started) / 60
    click.echo(f"{len(done) - len(survivors)} of {len(done)} mutants killed by what they name, in {minutes:.1f} min")
    click.echo(f"survivors: {' '.join(survivors) or 'none'}")
    click.echo(f"checkable MUSTs that killed nothing: {' '.join(idle) or 'none'}" if not names else "", nl=not names)
    if file is not None:
        document = {"seed": seed, "mutants": [asdict(row) for row in done], "survivors": survivors, "idle": idle}
        file.write_text(json.dumps(document, indent=1) + "\n")
    sys.exit(1 if survivors or idle else 0)


if __name__ == "__main__":
    main()
