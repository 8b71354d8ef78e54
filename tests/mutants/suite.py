"""The conformance suite, run on a server with something around it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.requirements import EVERY_EXCHANGE, load_catalogue
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
PREFIXES = tuple(operation.prefix for operation in operations.OPERATIONS)
IN_PARTICULAR = {
    "JOB-START-ROW-200": "JOB-START-REPLAY",
    "JOB-START-ROW-409": "JOB-START-REPLAY",
}


def run(whole: Whole, folder: Path, *options: str, timeout: float = 600) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of a run of the profile `full`."""
    report = folder / "report.json"
    with served(whole) as url:
        command = [sys.executable, "-m", "conformance", "run", "--base-url", url, "--profile", "full"]
        command += ["--states-url", f"{url}/_mock/provider-states", "--report-json", str(report), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout)  # noqa: S603  (ours)
    assert report.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(report.read_text())


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


def operation_of(requirement_id: str) -> str:
    """The beginning of an id, which names its operation."""
    return max((one for one in PREFIXES if requirement_id.startswith(f"{one}-")), key=len)


def deciding(requirement_ids: frozenset[str]) -> list[str]:
    """The option that selects the checks of some requirements, and of those that are run for each operation, theirs."""
    checks = " or ".join(sorted(set().union(*map(checks_of, requirement_ids))))
    theirs = " or ".join(sorted(set(map(operation_of, requirement_ids))))
    return ["-k", f"({checks}) and (({theirs}) or not ({' or '.join(PREFIXES)}))"]
