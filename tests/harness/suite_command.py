"""The suite's command line, in processes forked from one that has imported everything already."""

import json
import multiprocessing
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.cli import main
from tests.mutants.single.endpoint import Single
from tests.mutants.single.serving import served

QUICK = ("-k", "check_a_populated_audience_is_protected", "--seed", "1")
_TIMEOUT = 600.0
"""Seconds after which a run hangs: several times that of the slowest run on a busy machine."""

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.harness.preloaded_suite"])


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


def words(*options: str) -> list[str]:
    """Return the words that start the command line in a process that imports everything itself."""
    return [sys.executable, "-m", "conformance", *options]


def command(*options: str, cwd: Path | None = None, timeout: float = _TIMEOUT, **variables: str) -> Finished:
    """Run the command line; AssertionError if it is not over after `timeout` seconds.

    `cwd`: the directory in which it runs, if not that of the tests. `variables`: on top of those of the tests.
    """
    with TemporaryDirectory() as folder:
        outputs = Path(folder, "stdout"), Path(folder, "stderr")
        environment = {**os.environ, **variables}  # noqa: TID251  (passed on)
        process = _PROCESSES.Process(target=_run, args=(options, outputs, cwd or Path.cwd(), environment))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise AssertionError(f"not over after {timeout:g} s: {' '.join(options)}")
        stdout, stderr = (path.read_text() for path in outputs)
    return Finished(process.exitcode, stdout, stderr)


def _run(options: tuple[str, ...], outputs: tuple[Path, Path], cwd: Path, environment: Mapping[str, str]) -> None:
    """Run the command line in this process, which was forked for it."""
    for descriptor, path in zip((1, 2), outputs, strict=True):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
    os.chdir(cwd)
    os.environ.clear()  # noqa: TID251  (passed on)
    os.environ.update(environment)  # noqa: TID251  (passed on)
    sys.argv = ["audience-conformance", *options]
    main()


def run_with_report(folder: Path, *options: str, timeout: float = _TIMEOUT) -> tuple[int, dict[str, Any]]:
    """Run the suite, and return the exit status and the JSON report."""
    report = folder / "report.json"
    run = command("run", "--report-json", str(report), *options, timeout=timeout)
    assert report.exists(), run.stdout + run.stderr
    return run.returncode, json.loads(report.read_text())


def refused(*options: str) -> str:
    """Return the line with which a run of the suite refuses its options."""
    run = command("run", *options)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (4, "", 1), run.stdout + run.stderr
    return run.stderr


def states(url: str) -> tuple[str, ...]:
    """Return the options for an implementation of the single endpoint."""
    return "--base-url", url, "--states-url", f"{url}/states", "--profile", "delete"


def reported(target: Single, folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the suite on an implementation of the single endpoint, and return the exit status and the JSON report."""
    with served(target) as url:
        return run_with_report(folder, *states(url), *options)
