"""`python -m tests.mutants.side_by_side`: the mutants that plain `schemathesis run` and the suite find."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from tests.mutants.registry import MUTANTS
from tests.mutants.server.mutated import Whole, served

KEY = "sk_test_all_permissions"
ROOT = Path(__file__).parents[2]


def schemathesis(url: str) -> list[str]:
    """Return the command of a plain run, all checks and phases, with the settings of `make schemathesis`."""
    program = str(Path(sys.executable).with_name("schemathesis"))
    return [program, "run", "openapi/audiences.yaml", "--url", url, "--header", f"Authorization: Bearer {KEY}"]


def suite(url: str) -> list[str]:
    """Return the command of the suite; a broken SHOULD counts, as Schemathesis counts everything."""
    command = [sys.executable, "-m", "conformance", "run", "--base-url", url, "--seed", "1", "--strict"]
    return [*command, "--states-url", f"{url}/_mock/provider-states"]


def finds(command: Sequence[str]) -> tuple[bool, float]:
    """Return whether a run finds a violation, and the seconds that it takes."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, timeout=600)  # noqa: S603  (ours)
    return done.returncode == 1, time.monotonic() - started


@click.command()
@click.option("--each", default=1, show_default=True, type=click.IntRange(1), help="Meet one mutant in so many.")
def main(each: int) -> None:
    """Run both on the server as it is, then on mutants, each on a server of its own."""
    found: dict[str, list[bool]] = {"schemathesis run": [], "audience-conformance run": []}
    seconds = dict.fromkeys(found, 0.0)
    for kind in [Whole, *MUTANTS[::each]]:
        words = []
        for name, command in zip(found, (schemathesis, suite), strict=True):
            with served(kind()) as url:
                is_found, took = finds(command(url))
            words.append(f"{name} {'finds it' if is_found else 'finds nothing'}, {took:.0f} s")
            if kind is not Whole:
                found[name].append(is_found)
                seconds[name] += took
        click.echo(f"{kind.__name__}: {'; '.join(words)}")
    for name, answers in found.items():
        mean = seconds[name] / max(1, len(answers))
        click.echo(f"{name}: {sum(answers)} of {len(answers)} mutants found, {mean:.0f} s each")


if __name__ == "__main__":
    main()
