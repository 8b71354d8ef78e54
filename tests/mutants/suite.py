"""Runs of the conformance suite on a mutated server."""

from pathlib import Path
from typing import Any

import conformance.checks
from conformance.catalogue import operations
from conformance.catalogue.requirements import EVERY_EXCHANGE, load_catalogue
from tests.harness.suite_command import run_with_report
from tests.mutants.server.mutated import Mutant, Whole, served

SAMPLE_REPEATS = 9
"""The repetitions of cheap checks, a tenth of the suite's own 90: runs are shorter, violations harder to find."""
FACT_THAT_CAUSES = {
    "ROW-200": "DONE",
    "ROW-201": "DONE",
    "ROW-202": "DONE",
    "ROW-400": "ODD",
    "ROW-401": "KEY",
    "ROW-403": "PERMISSION",
    "ROW-404": "FOUND",
    "ROW-409": "GUARD",
    "ROW-502": "ROW-500",
    "INFERRED": "DONE",
}
"""The fact whose checks cause the exchanges that decide a fact of every exchange."""
PREFIXES = tuple(operation.prefix for operation in operations.OPERATIONS)
REQUIREMENT_THAT_CAUSES = {
    "JOB-START-ROW-200": "JOB-START-REPLAY",
    "JOB-START-ROW-409": "JOB-START-REPLAY",
    "JOB-LIST-INFERRED": "JOB-LIST-PAGES",
}


def run_suite(whole: Whole, folder: Path, *options: str, timeout: float = 600) -> tuple[int, dict[str, Any]]:
    """Run the profile `full`, and return the exit status and the JSON report."""
    with served(whole) as url:
        target = ("--base-url", url, "--states-url", f"{url}/_mock/provider-states", "--profile", "full")
        return run_with_report(folder, *target, *options, timeout=timeout)


def options_for_repeats(times: int = SAMPLE_REPEATS) -> list[str]:
    """Return the options of a run with so many repetitions of cheap checks."""
    return ["--max-examples", str(times)]


def options_for_mutant(mutant: type[Mutant], times: int = SAMPLE_REPEATS) -> list[str]:
    """Return the options of a run on a mutant: one that shows rarely gets all repetitions."""
    return [] if mutant.shows_rarely else options_for_repeats(times)


def failed_ids(report: dict[str, Any]) -> frozenset[str]:
    """Return the ids of the requirements that a run found broken."""
    return frozenset(row["id"] for row in report["requirements"] if row["verdict"] == "fail")


def checks_of(requirement_id: str) -> set[str]:
    """Return the checks that decide a requirement, or that cause the row that every exchange decides."""
    known = load_catalogue()
    checks = set(known[requirement_id].checks) - {EVERY_EXCHANGE}
    if requirement_id in REQUIREMENT_THAT_CAUSES:
        return checks | checks_of(REQUIREMENT_THAT_CAUSES[requirement_id])
    if checks:
        return checks
    prefix = operation_of(requirement_id)
    fact = requirement_id.removeprefix(f"{prefix}-")
    return checks_of(f"{prefix}-{FACT_THAT_CAUSES[fact]}")


def check_files() -> list[str]:
    """Return the names of the files of checks."""
    return sorted(path.name for path in Path(conformance.checks.__path__[0]).glob("check_*.py"))


def part_of_the_checks(index: int, parts: int) -> list[str]:
    """Return the option that selects one in `parts` files of checks: a part for each `index`, in turn."""
    return ["-k", " or ".join(check_files()[index % parts :: parts])]


def operation_of(requirement_id: str) -> str:
    """Return the prefix of an id that names the operation."""
    return max((one for one in PREFIXES if requirement_id.startswith(f"{one}-")), key=len)


def options_for_checks_of(requirement_ids: frozenset[str]) -> list[str]:
    """Return the option that selects the checks of some requirements, for the operations of these requirements only."""
    checks = " or ".join(sorted(set().union(*map(checks_of, requirement_ids))))
    theirs = " or ".join(sorted(set(map(operation_of, requirement_ids))))
    return ["-k", f"({checks}) and (({theirs}) or not ({' or '.join(PREFIXES)}))"]
