"""The conformance suite, run on a server with something around it."""

from pathlib import Path
from typing import Any

import conformance.checks
from conformance.catalogue.requirements import EVERY_EXCHANGE, load_catalogue
from conformance.model import OperationId
from tests.harness.suite_command import run_with_report
from tests.mutants.server.mutated import Mutant, Whole, served

A_TENTH = 9
"""How often what is cheap is repeated, of the suite's own 90 times: it finds less easily, and ends sooner."""
BROUGHT_ABOUT_BY = {
    "ROW-200": "DONE",
    "ROW-201": "DONE",
    "ROW-202": "DONE",
    "ROW-400": "ODD",
    "ROW-401": "KEY",
    "ROW-403": "PERMISSION",
    "ROW-404": "FOUND",
    "ROW-409": "GUARD",
    "ROW-502": "ROW-500",
}
"""Which fact's checks bring a response row about, where every exchange decides on it."""
PREFIXES = tuple(operation.prefix for operation in OperationId)
IN_PARTICULAR = {
    "JOB-START-ROW-200": "JOB-START-REPLAY",
    "JOB-START-ROW-409": "JOB-START-REPLAY",
}


def run(whole: Whole, folder: Path, *options: str, timeout: float = 600) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of a run of the profile `full`."""
    with served(whole) as url:
        target = ("--base-url", url, "--states-url", f"{url}/_mock/provider-states", "--profile", "full")
        return run_with_report(folder, *target, *options, timeout=timeout)


def repeating(times: int = A_TENTH) -> list[str]:
    """The options of a run that repeats what is cheap so often."""
    return ["--max-examples", str(times)]


def effort(mutant: type[Mutant], times: int = A_TENTH) -> list[str]:
    """The options of a run on a mutant: what shows rarely gets all repetitions."""
    return [] if mutant.shows_rarely else repeating(times)


def failed(report: dict[str, Any]) -> frozenset[str]:
    """The ids of the requirements that a run found broken."""
    return frozenset(row["id"] for row in report["requirements"] if row["verdict"] == "fail")


def checks_of(requirement_id: str) -> set[str]:
    """The checks that decide a requirement, or bring about what every exchange decides."""
    known = load_catalogue()
    checks = set(known[requirement_id].checks) - {EVERY_EXCHANGE}
    if requirement_id in IN_PARTICULAR:
        return checks | checks_of(IN_PARTICULAR[requirement_id])
    if checks:
        return checks
    prefix = operation_of(requirement_id)
    fact = requirement_id.removeprefix(f"{prefix}-")
    return checks_of(f"{prefix}-{BROUGHT_ABOUT_BY[fact]}")


def check_files() -> list[str]:
    """The files of checks, by name."""
    return sorted(path.name for path in Path(conformance.checks.__path__[0]).glob("check_*.py"))


def part_of_the_checks(index: int, parts: int) -> list[str]:
    """The option that selects one in `parts` files of checks: another part for each `index`, until they come round."""
    return ["-k", " or ".join(check_files()[index % parts :: parts])]


def operation_of(requirement_id: str) -> str:
    """The beginning of an id, which names its operation."""
    return max((one for one in PREFIXES if requirement_id.startswith(f"{one}-")), key=len)


def deciding(requirement_ids: frozenset[str]) -> list[str]:
    """The option that selects the checks of some requirements, and of those that are run for each operation, theirs."""
    checks = " or ".join(sorted(set().union(*map(checks_of, requirement_ids))))
    theirs = " or ".join(sorted(set(map(operation_of, requirement_ids))))
    return ["-k", f"({checks}) and (({theirs}) or not ({' or '.join(PREFIXES)}))"]
