"""The profile `full` finds each mutant of the whole server by what it names, and nothing wrong with a legal variant."""

from pathlib import Path

import pytest

from conformance.catalogue.requirements import Level, load_catalogue
from tests.harness.sampling import PROVE, sample
from tests.mutants.registry import MUTANTS, VARIANTS
from tests.mutants.server.mutated import Mutant
from tests.mutants.server.variants.variant import Variant
from tests.mutants.suite import (
    check_files,
    failed_ids,
    options_for_checks_of,
    options_for_mutant,
    options_for_repeats,
    part_of_the_checks,
    run_suite,
)

SEEDS = range(1, 6) if PROVE else range(1, 2)
SAMPLED_MUTANTS = MUTANTS[::48]
"""They are run with the checks that decide their requirements; `make mutants` runs all mutants with all checks."""
SAMPLED_VARIANTS = sample([variant for variant in VARIANTS if PROVE or not variant.is_slow], 12)
PARTS = 3
"""Outside `make prove` a variant is run with one in so many files of checks: the next one with the next files."""


@pytest.mark.parametrize("mutant", SAMPLED_MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_mutant_is_killed_by_the_requirements_that_it_names(mutant: type[Mutant], tmp_path: Path) -> None:
    selected = [] if mutant.shows_late else options_for_checks_of(mutant.killed_by)
    status, report = run_suite(mutant(), tmp_path, "--seed", "1", *selected, *options_for_mutant(mutant))

    violated = failed_ids(report)
    assert mutant.killed_by <= violated
    if any(load_catalogue()[row].level is Level.MUST for row in violated):
        assert (status, report["verdict"]) == (1, "nonconformant")
    else:
        assert report["verdict"] in {"partial", "inconclusive"}  # the rest of the checks may be needed to decide


def test_the_checks_of_every_mutant_are_known() -> None:
    selections = [options_for_checks_of(mutant.killed_by) for mutant in MUTANTS]

    assert all("check_" in selection for _, selection in selections)


def test_every_must_has_a_mutant_that_it_kills() -> None:
    killing = frozenset().union(*(mutant.killed_by for mutant in MUTANTS))

    demanded = {row.id for row in load_catalogue().values() if row.level is Level.MUST and row.excluded is None}
    assert demanded <= killing <= set(load_catalogue())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("variant", SAMPLED_VARIANTS, ids=lambda variant: variant.__name__)
def test_a_legal_variant_breaks_no_must(variant: type[Variant], seed: int, tmp_path: Path) -> None:
    selected = [] if PROVE else part_of_the_checks(SAMPLED_VARIANTS.index(variant), PARTS)

    options = ["--seed", str(seed), *options_for_repeats(), *variant.options, *selected]
    status, report = run_suite(variant(), tmp_path, *options)

    wrong = [row for row in report["requirements"] if row["verdict"] in {"fail", "error"} and row["level"] == "MUST"]
    assert wrong == []
    if selected:
        assert report["verdict"] in {"partial", "inconclusive"}  # the rest of the checks may be needed to decide
    else:
        assert (status, report["verdict"]) == (0, "conformant")


def test_every_file_of_checks_is_in_the_part_of_a_sampled_variant() -> None:
    parts = [part_of_the_checks(index, PARTS)[1].split(" or ") for index, _ in enumerate(SAMPLED_VARIANTS)]

    assert {file for part in parts for file in part} == set(check_files())
