"""Runs of the scripts that `--reproduce` writes, as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.harness.suite_command import command

_FAILED = re.compile(r"^FAILED \S*::test_(\w+)", re.MULTILINE)


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
        run = subprocess.run([path], env=variables, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  (ours)
        said = f"{'VIOLATED' if run.returncode else 'not violated here:'} "
        assert run.stdout.splitlines()[-1].startswith(said), run.stdout + run.stderr
        statuses[path.stem] = run.returncode
    return statuses


def violated_by_pytest(folder: Path, variables: dict[str, str]) -> set[str]:
    """Run all pytest files; return the names of the violations that fail."""
    words = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider", str(folder)]
    run = subprocess.run(  # noqa: S603  (ours)
        words, env=variables, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode in {0, 1}, run.stdout + run.stderr
    assert "RuntimeError" not in run.stdout, run.stdout
    return set(_FAILED.findall(run.stdout))


def name_of_test(violation: str) -> str:
    """Return the name of the test of a violation, without `test_`."""
    return violation.lower().replace("-", "_")
