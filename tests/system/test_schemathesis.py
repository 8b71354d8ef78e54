"""The commands that `schemathesis.toml` names find nothing, as they stand, and meet what they are for."""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.harness.subprocess_server import ROOT, served
from tests.system.schemathesis_run import by_operation, runs, told

NAMED = re.findall(r"^#   (schemathesis run .+)$", (ROOT / "schemathesis.toml").read_text(), re.MULTILINE)
FULL = {run.contract: run for run in reversed(runs()) if run.poor is not None}


def test_both_contracts_are_named() -> None:
    assert [command.split()[2] for command in NAMED] == ["openapi/audiences.yaml", "openapi/control.yaml"]


@pytest.mark.parametrize("command", NAMED)
def test_a_command_finds_nothing_and_meets_more_than_refusals(command: str) -> None:
    program, *words = shlex.split(command)
    run = FULL[Path(words[1]).stem]
    with tempfile.TemporaryFile("w+") as log:
        with served(log.fileno()) as url:
            line = [str(Path(sys.executable).with_name(program)), *words[:-1], url, "--seed", "1"]
            done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)  # noqa: S603  (ours)
        log.seek(0)
        answered = by_operation(run.document, (one for one in log if one.startswith("{")))

    assert done.returncode == 0, done.stdout
    assert told(run, answered) == 0
