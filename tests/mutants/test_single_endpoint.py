"""The profile `delete` finds each mutant by the requirements that it names, and nothing wrong with a legal variant."""

from pathlib import Path

import pytest

from conformance.catalogue.requirements import EVERY_EXCHANGE, Level, Profile, load_catalogue
from tests.harness.sampling import PROVE, sample
from tests.harness.suite_command import reported
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import Mutant
from tests.mutants.single.registry import MUTANTS
from tests.mutants.single.variants import VARIANTS, Variant

SEEDS = range(5) if PROVE else range(1)
FEW = [] if PROVE else ["--max-examples", "9"]


def options_for_checks_of(requirement_ids: frozenset[str]) -> list[str]:
    """Return the option that selects the checks of some requirements; none if every exchange decides one of them."""
    known = load_catalogue()
    checks = {check for requirement_id in requirement_ids for check in known[requirement_id].checks}
    return [] if EVERY_EXCHANGE in checks else ["-k", " or ".join(sorted(checks))]


@pytest.mark.parametrize("mutant", sample(MUTANTS, 2), ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_the_requirements_that_it_names(mutant: type[Mutant], tmp_path: Path) -> None:
    options = [] if mutant.shows_rarely else FEW
    status, report = reported(mutant(), tmp_path, "--seed", "1", *options, *options_for_checks_of(mutant.killed_by))

    failed = {row["id"] for row in report["requirements"] if row["verdict"] == "fail"}
    assert mutant.killed_by <= failed
    assert status == (1 if any(load_catalogue()[one].level is Level.MUST for one in failed) else 0)


def test_every_must_has_a_mutant_that_it_kills() -> None:
    killing = {requirement_id for mutant in MUTANTS for requirement_id in mutant.killed_by}

    assert {row.id for row in load_catalogue().for_profile(Profile.DELETE) if row.level is Level.MUST} <= killing


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", [Single, *sample(VARIANTS, 3)], ids=lambda variant: variant.__name__)
def test_a_legal_variant_breaks_no_must(variant: type[Variant], seed: int, tmp_path: Path) -> None:
    status, report = reported(variant(), tmp_path, "--seed", str(seed), *FEW)

    failed = [row for row in report["requirements"] if row["verdict"] in {"fail", "error"} and row["level"] == "MUST"]
    assert failed == []
    assert (status, report["verdict"]) == (0, "conformant")
