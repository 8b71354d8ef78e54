"""The profile `delete` finds each mutant by the requirements that it names, and nothing wrong with a legal variant."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conformance.catalogue.requirements import EVERY_EXCHANGE, Level, Profile, load_catalogue
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import MUTANTS, Mutant
from tests.mutants.single.serving import served
from tests.mutants.single.variants import VARIANTS, Variant

PROVE = bool(os.environ.get("PROVE"))  # noqa: TID251  (a knob of the tests)
SEEDS = range(5) if PROVE else range(1)
FEW = [] if PROVE else ["--max-examples", "9"]


def run(target: Single, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of a run against a target."""
    report = folder / "report.json"
    with served(target) as url:
        command = [sys.executable, "-m", "conformance", "run", "--base-url", url, "--states-url", f"{url}/states"]
        command += ["--profile", "delete", "--report-json", str(report), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603  (ours)
    assert report.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(report.read_text())


def deciding(requirement_ids: frozenset[str]) -> list[str]:
    """The option that selects the checks of some requirements; none where every exchange decides."""
    known = load_catalogue()
    checks = {check for requirement_id in requirement_ids for check in known[requirement_id].checks}
    return [] if EVERY_EXCHANGE in checks else ["-k", " or ".join(sorted(checks))]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_the_requirements_that_it_names(mutant: type[Mutant], tmp_path: Path) -> None:
    options = [] if mutant.shows_rarely else FEW
    status, report = run(mutant(), tmp_path, "--seed", "1", *options, *deciding(mutant.killed_by))

    failed = {row["id"] for row in report["requirements"] if row["verdict"] == "fail"}
    assert mutant.killed_by <= failed
    assert status == (1 if any(load_catalogue()[one].level is Level.MUST for one in failed) else 0)


def test_every_must_has_a_mutant_that_it_kills() -> None:
    killing = {requirement_id for mutant in MUTANTS for requirement_id in mutant.killed_by}

    assert {row.id for row in load_catalogue().for_profile(Profile.DELETE) if row.level is Level.MUST} <= killing


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", [Single, *VARIANTS], ids=lambda variant: variant.__name__)
def test_nothing_is_found_wrong_with_a_legal_variant(variant: type[Variant], seed: int, tmp_path: Path) -> None:
    status, report = run(variant(), tmp_path, "--seed", str(seed), *FEW)

    failed = [row for row in report["requirements"] if row["verdict"] in {"fail", "error"} and row["level"] == "MUST"]
    assert failed == []
    assert (status, report["verdict"]) == (0, "conformant")
