"""The suite's command line in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.harness.subprocess_server import ROOT
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

QUICK = ("-k", "check_a_populated_audience_is_protected", "--seed", "1")


def line(*options: str) -> list[str]:
    """The words of a command."""
    return [sys.executable, "-m", "conformance", *options]


def around(cwd: Path | None = None, **names: str) -> dict[str, str]:
    """The environment of a command that runs somewhere else."""
    return {**os.environ, **({} if cwd is None else {"PYTHONPATH": str(ROOT)}), **names}  # noqa: TID251  (handed on)


def command(*options: str, cwd: Path | None = None, **names: str) -> subprocess.CompletedProcess[str]:
    """What a command came to."""
    return subprocess.run(  # noqa: S603  (ours)
        line(*options), capture_output=True, text=True, check=False, timeout=60, cwd=cwd, env=around(cwd, **names)
    )


def refused(*options: str) -> str:
    """The one line by which wrong usage is told."""
    done = command("run", *options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done.stdout + done.stderr
    return done.stderr


def states(url: str) -> tuple[str, ...]:
    """The options for an implementation of the one endpoint."""
    return "--base-url", url, "--states-url", f"{url}/states", "--profile", "delete"


def reported(target: Single, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON report of a run."""
    report = folder / "report.json"
    with served(target) as url:
        done = command("run", *states(url), "--report-json", str(report), *options)
    assert report.exists(), done.stdout + done.stderr
    return done.returncode, json.loads(report.read_text())
