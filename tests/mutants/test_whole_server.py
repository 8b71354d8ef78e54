"""The profile `full` finds each mutant of the whole server by what it names, and nothing wrong with a legal variant."""

import os
from pathlib import Path

import pytest

from conformance.catalogue.requirements import Level, load_catalogue
from tests.mutants.registry import MUTANTS, VARIANTS
from tests.mutants.server.mutated import Mutant
from tests.mutants.server.variants.variant import Variant
from tests.mutants.suite import deciding, effort, failed, repeating, run

PROVE = bool(os.environ.get("PROVE"))  # noqa: TID251  (a knob of the tests)
SEEDS = range(1, 6) if PROVE else range(1, 2)
EACH = 16
"""One in so many is met here; `make mutants`, and so `make prove`, meets all mutants with all checks."""
MET = [variant for variant in VARIANTS if PROVE or not variant.is_slow][:: 1 if PROVE else 10]


@pytest.mark.parametrize("mutant", MUTANTS[::EACH], ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_the_requirements_that_it_names(mutant: type[Mutant], tmp_path: Path) -> None:
    status, report = run(mutant(), tmp_path, "--seed", "1", *deciding(mutant.killed_by), *effort(mutant))

    found = failed(report)
    assert mutant.killed_by <= found
    assert status == (1 if any(load_catalogue()[one].level is Level.MUST for one in found) else 0)


def test_every_must_has_a_mutant_that_it_kills() -> None:
    killing = frozenset().union(*(mutant.killed_by for mutant in MUTANTS))

    demanded = {row.id for row in load_catalogue().values() if row.level is Level.MUST and row.excluded is None}
    assert demanded <= killing <= set(load_catalogue())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", MET, ids=lambda variant: variant.__name__)
def test_nothing_is_found_wrong_with_a_legal_variant(variant: type[Variant], seed: int, tmp_path: Path) -> None:
    status, report = run(variant(), tmp_path, "--seed", str(seed), *repeating())

    wrong = [row for row in report["requirements"] if row["verdict"] in {"fail", "error"} and row["level"] == "MUST"]
    assert wrong == []
    assert (status, report["verdict"]) == (0, "conformant")
