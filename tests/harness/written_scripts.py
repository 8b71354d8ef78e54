"""Runs of the scripts that `--reproduce` writes, as they stand."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.harness.prepared_states import prepared
from tests.harness.suite_command import command
from tests.mutants.server import mutated
from tests.mutants.single import endpoint, serving
from tests.mutants.suite import options_for_checks_of

STATES = "/_mock/provider-states"
UNUSED = "populated-1-39"
"""An audience of a states file of which a run uses the first ones."""

PROTECTED = "check_nothing_a_client_adds_gets_past_the_guard"
RACED = "check_concurrent_deletes_of_a_populated_audience"
FEW = ("--max-examples", "3")
Seen = TypeVar("Seen")
_FAILED = re.compile(r"^FAILED \S*::test_(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Kind:
    """A kind of target: how it is served, the correct one, the path of its states, and the options of a run."""

    served: Callable[[Any], AbstractContextManager[str]]
    correct: Callable[[], object]
    states_path: str
    options: tuple[str, ...] = ()


SINGLE = Kind(serving.served, endpoint.Single, "/states", ("--profile", "delete"))
WHOLE = Kind(mutated.served, mutated.Whole, STATES)


def seen(
    kind: Kind, mutant: Any, folder: Path, replay: Callable[[Path, dict[str, str]], Seen]
) -> tuple[list[str], Seen, Seen]:
    """Return the violations that a mutant shows, and what a replay of their scripts shows there, and on the server."""
    with kind.served(mutant) as url:
        target = ("--base-url", url, "--states-url", f"{url}{kind.states_path}", *kind.options)
        violations = written(folder, *target, *FEW, *options_for_checks_of(mutant.killed_by))
        on_mutant = replay(folder, environment(url, kind.states_path))
    with kind.served(kind.correct()) as url:
        return violations, on_mutant, replay(folder, environment(url, kind.states_path))


def of_states_file(
    mutant: Any, folder: Path, check: str, replay: Callable[[Path, dict[str, str]], Seen]
) -> tuple[list[str], Seen, Seen]:
    """Return the violations of a mutant of the endpoint whose states are a file, and what replays of scripts show.

    The second replay is one on the correct endpoint. Each of them is given an audience that nothing has used.
    """
    correct = endpoint.Single()
    prepared(correct, folder, ready=40, populated=40)
    file = prepared(mutant, folder, ready=40, populated=40)
    scripts = folder / "scripts"
    given = {"AUDIENCE_API_KEY_1": "prepared-key-1", "AUDIENCE_PREPARED_1": UNUSED}
    with serving.served(mutant) as url:
        options = ("--base-url", url, "--states-file", str(file), "--profile", "delete", "-k", check)
        violations = written(scripts, *options, *FEW)
        on_mutant = replay(scripts, environment(url, "", **given))
    with serving.served(correct) as url:
        return violations, on_mutant, replay(scripts, environment(url, "", **given))


def written(folder: Path, *options: str, **variables: str) -> list[str]:
    """Run the suite, and return the names of the violations that it has written scripts of."""
    run = command("run", "--reproduce", str(folder), "--seed", "1", *options, **variables)
    assert run.returncode == 1, run.stdout + run.stderr
    return sorted(path.stem for path in folder.glob("*.sh"))


def environment(url: str, states_path: str, **variables: str) -> dict[str, str]:
    """Return the environment that directs scripts to a target."""
    target = {"AUDIENCE_BASE_URL": url, "AUDIENCE_STATES_URL": f"{url}{states_path}"}
    return {**os.environ, **target, **variables}  # noqa: TID251  (passed on)


def violated_by_shell(folder: Path, variables: dict[str, str]) -> dict[str, int]:
    """Run each shell script; return its exit status by its name."""
    statuses = {}
    for path in sorted(folder.glob("*.sh")):
        run = run_by_shell(path, variables)
        said = f"{'VIOLATED' if run.returncode else 'not violated here:'} "
        assert run.stdout.splitlines()[-1].startswith(said), run.stdout + run.stderr
        statuses[path.stem] = run.returncode
    return statuses


def run_by_shell(path: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a shell script."""
    return subprocess.run([path], env=variables, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  (ours)


def violated_by_pytest(folder: Path, variables: dict[str, str]) -> set[str]:
    """Run all pytest files; return the names of the violations that fail."""
    run = run_by_pytest(folder, variables)
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    assert "RuntimeError" not in run.stdout, run.stdout
    return set(_FAILED.findall(run.stdout))


def run_by_pytest(folder: Path, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run all pytest files of a folder."""
    words = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider", str(folder)]
    return subprocess.run(  # noqa: S603  (ours)
        words, env=variables, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


def name_of_test(violation: str) -> str:
    """Return the name of the test of a violation, without `test_`."""
    return violation.lower().replace("-", "_")
