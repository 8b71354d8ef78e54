"""The shell scripts that `--reproduce` writes show the violation on its target, and none on a correct one."""

from pathlib import Path

import pytest

from tests.harness.written_scripts import (
    PROTECTED,
    SINGLE,
    WHOLE,
    of_states_file,
    run_by_shell,
    seen,
    violated_by_shell,
)
from tests.mutants.server.mutants.long_lists import ListEndsAtWhatIsHidden
from tests.mutants.server.mutants.side_effects import DescriptionClearsTheName
from tests.mutants.server.mutants.starts import IdempotencyKeysReachEverywhere
from tests.mutants.server.mutants.whole_effects import DeletionScattersTheFolder
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


def test_the_script_of_a_difference_ends_with_it(tmp_path: Path) -> None:
    last_lines: dict[str, str] = {}

    def replay(folder: Path, variables: dict[str, str]) -> dict[str, int]:
        runs = {path.stem: run_by_shell(path, variables) for path in sorted(folder.glob("*.sh"))}
        for script, run in runs.items():
            last_lines.setdefault(script, run.stdout.splitlines()[-1])
        return {script: run.returncode for script, run in runs.items()}

    violations, on_mutant, on_correct = seen(WHOLE, DeletionScattersTheFolder(), tmp_path, replay)

    assert {"AUD-DELETE-ONLY-1", "AUD-DELETE-CONSISTENT-1"} <= set(violations)
    assert on_mutant == dict.fromkeys(violations, 1)
    assert on_correct == dict.fromkeys(violations, 0)
    for line in last_lines.values():
        assert '.description: "written ' in line
        assert ' described" -> null' in line


def test_the_script_of_a_prepared_audience_shows_the_violation_until_the_audience_is_used_up(tmp_path: Path) -> None:
    later: list[str] = []

    def thrice(folder: Path, variables: dict[str, str]) -> dict[str, int]:
        statuses = violated_by_shell(folder, variables)
        (path,) = folder.glob("*.sh")
        unset = {name: value for name, value in variables.items() if name != "AUDIENCE_PREPARED_1"}
        later.extend(run_by_shell(path, those).stderr for those in (variables, unset))
        return statuses

    violations, on_mutant, on_correct = of_states_file(GuardNever(), tmp_path, PROTECTED, thrice)

    assert on_mutant == dict.fromkeys(violations, 1)
    assert on_correct == dict.fromkeys(violations, 0)
    assert "step 1: it is not there, set AUDIENCE_PREPARED_1 to another one: 404" in later[0]
    assert "AUDIENCE_PREPARED_1: set it in the environment: an audience being populated, " in later[1]
