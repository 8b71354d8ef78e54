"""The shell scripts that `--reproduce` writes show the violation on its target, and none on a correct one."""

from pathlib import Path

import pytest

from tests.harness.suite_command import states
from tests.harness.written_scripts import environment, violated_by_shell, written
from tests.mutants.server.mutants.long_lists import ListEndsAtWhatIsHidden
from tests.mutants.server.mutants.side_effects import DescriptionClearsTheName
from tests.mutants.server.mutants.starts import IdempotencyKeysReachEverywhere
from tests.mutants.server.mutated import Mutant, Whole, served
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import GuardNever, MissingIsDone
from tests.mutants.single.mutants import Mutant as SingleMutant
from tests.mutants.single.serving import served as served_single
from tests.mutants.suite import options_for_checks_of

STATES = "/_mock/provider-states"
FEW = ("--max-examples", "3")


@pytest.mark.parametrize("mutant", [GuardNever, MissingIsDone], ids=lambda one: one.__name__)
def test_the_scripts_of_a_mutant_show_it_and_clear_the_correct_endpoint(
    mutant: type[SingleMutant], tmp_path: Path
) -> None:
    target = mutant()
    with served_single(target) as url:
        violations = written(tmp_path, *states(url), *FEW, *options_for_checks_of(mutant.killed_by))
        on_mutant = violated_by_shell(tmp_path, environment(url, "/states"))
    with served_single(Single()) as url:
        on_correct = violated_by_shell(tmp_path, environment(url, "/states"))

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
    with served(mutant()) as url:
        target = ("--base-url", url, "--states-url", f"{url}{STATES}")
        violations = written(tmp_path, *target, *FEW, *options_for_checks_of(mutant.killed_by))
        on_mutant = violated_by_shell(tmp_path, environment(url, STATES))
    with served(Whole()) as url:
        on_correct = violated_by_shell(tmp_path, environment(url, STATES))

    named = [script for script in violations if script.rpartition("-")[0] in mutant.killed_by]
    assert named
    assert {script: on_mutant[script] for script in named} == dict.fromkeys(named, 1)
    assert on_correct == dict.fromkeys(violations, 0)
