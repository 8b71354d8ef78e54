"""The shell scripts that `--reproduce` writes show the violation on its target, and none on a correct one."""

from pathlib import Path

import pytest

from tests.harness.written_scripts import SINGLE, WHOLE, seen, violated_by_shell
from tests.mutants.server.mutants.long_lists import ListEndsAtWhatIsHidden
from tests.mutants.server.mutants.side_effects import DescriptionClearsTheName
from tests.mutants.server.mutants.starts import IdempotencyKeysReachEverywhere
from tests.mutants.server.mutated import Mutant
from tests.mutants.single.mutants import GuardNever, MissingIsDone
from tests.mutants.single.mutants import Mutant as SingleMutant


@pytest.mark.parametrize("mutant", [GuardNever, MissingIsDone], ids=lambda one: one.__name__)
def test_the_scripts_of_a_mutant_show_it_and_clear_the_correct_endpoint(
    mutant: type[SingleMutant], tmp_path: Path
) -> None:
    target = mutant()
    violations, on_mutant, on_correct = seen(SINGLE, target, tmp_path, violated_by_shell)

    assert violations
    assert on_mutant == dict.fromkeys(violations, 1)
    assert on_correct == dict.fromkeys(violations, 0)
    assert (target.keys, target.audiences) == ({}, {})


@pytest.mark.parametrize(
    "mutant",
    [DescriptionClearsTheName, ListEndsAtWhatIsHidden, IdempotencyKeysReachEverywhere],
    ids=lambda one: one.__name__,
)
def test_the_scripts_of_a_mutant_show_it_and_clear_the_server(mutant: type[Mutant], tmp_path: Path) -> None:
    violations, on_mutant, on_correct = seen(WHOLE, mutant(), tmp_path, violated_by_shell)

    named = [script for script in violations if script.rpartition("-")[0] in mutant.killed_by]
    assert named
    assert {script: on_mutant[script] for script in named} == dict.fromkeys(named, 1)
    assert on_correct == dict.fromkeys(violations, 0)
