"""The suite in several processes, and what becomes of it when it is stopped."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants.command import command, line, reported, states
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import GuardNever
from tests.mutants.single.serving import served

FEW = ("--seed", "1", "--max-examples", "9")
LONG = ("--seed", "1", "--max-examples", "900")
"""For a run that does not come to its end before it is stopped, however busy the machine is."""


@pytest.mark.parametrize("target", [Single, GuardNever])
def test_two_workers_come_to_the_verdicts_of_one_process(target: Callable[[], Single], tmp_path: Path) -> None:
    alone, one = reported(target(), tmp_path, *FEW)
    together, two = reported(target(), tmp_path, *FEW, "--workers", "2")

    verdicts = [{row["id"]: row["verdict"] for row in report["requirements"]} for report in (one, two)]
    assert verdicts[0] == verdicts[1]
    assert (alone, one["verdict"]) == (together, two["verdict"])


def test_workers_leave_nothing_behind(tmp_path: Path) -> None:
    target = Single()

    reported(target, tmp_path, *FEW, "--workers", "2")

    assert (target.keys, target.audiences) == ({}, {})


def test_workers_remember_what_failed_and_run_it_again(tmp_path: Path) -> None:
    with served(GuardNever()) as url:
        first, again = (
            command("run", *states(url), *FEW, "--workers", "2", *more, cwd=tmp_path) for more in ((), ("--lf",))
        )

    lines = [sorted(one for one in done.stdout.splitlines() if one.startswith("not ok")) for done in (first, again)]
    assert lines[0] == lines[1] != []
    assert "\nok " not in again.stdout


def test_workers_are_told_what_is_selected() -> None:
    with served(Single()) as url:
        nothing = command("run", *states(url), "--workers", "2", "-k", "no_such_check")
        some = command("run", *states(url), *FEW, "--workers", "2", "-k", "check_what_was_deleted or ready_audience")

    assert nothing.returncode == 5
    assert (some.returncode, some.stdout.count("\nok ")) == (0, 2), some.stdout + some.stderr


def test_a_worker_that_dies_is_a_fault_of_the_suite() -> None:
    with served(Single()) as url:
        words = line("run", *states(url), "--seed", "1", "--workers", "2")
        with begun(words) as process:
            os.kill(children(process.pid)[0], signal.SIGKILL)
            said, _ = process.communicate(timeout=60)

    assert process.returncode == 3
    assert "ended before its work was done" in said


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_behind_and_says_so(signalled: int, workers: str) -> None:
    target = Single()
    with served(target) as url, begun(line("run", *states(url), *LONG, "--workers", workers)) as process:
        process.send_signal(signalled)
        _, said = process.communicate(timeout=60)

    assert (process.returncode, target.keys, target.audiences) == (2, {}, {})
    assert said == "interrupted: what was set up is torn down again, and nothing was decided\n"


def begun(words: list[str]) -> subprocess.Popen[str]:
    """A run whose first check has come to its end."""
    process = subprocess.Popen(  # noqa: S603  (ours)
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, restore_signals=True
    )
    assert process.stdout is not None
    while not process.stdout.readline().startswith("ok"):
        assert process.poll() is None, "it ended too early"
    return process


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
