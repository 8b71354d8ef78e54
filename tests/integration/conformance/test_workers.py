"""The suite in several processes, and in any number of them when it is stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness.suite_command import command, reported, states, words
from tests.mutants.server.mutated import served as served_whole
from tests.mutants.server.variants.lists import ListsAreSlow
from tests.mutants.single.endpoint import Single
from tests.mutants.single.mutants import GuardNever
from tests.mutants.single.serving import served

FEW = ("--seed", "1", "--max-examples", "9")
LONG = ("--seed", "1", "--max-examples", "900")
"""For a run that is not over before it is stopped, however busy the machine is."""
INTERRUPTED = "interrupted: what was set up is torn down again, and nothing was decided\n"
SIGNAL_WITH_A_LOCK_TAKEN = """
import signal, sys, threading

from conformance.cli import main

enter = threading.Condition.__enter__
events = 0


def enter_and_signal(condition):
    global events
    entered = enter(condition)
    if sys._getframe(2).f_code.co_name == "loop_once":  # xdist waits for the next event of a worker
        events += 1
        if events == 20:
            signal.raise_signal(signal.SIGINT)
    return entered


threading.Condition.__enter__ = enter_and_signal
main()
"""
"""The command line, with SIGINT at the moment at which xdist has taken the lock of its queue."""

SIGNAL_WHILE_THE_LOOP_WAITS = """
import os, signal, threading
from functools import partial

from conformance.cli import main
from conformance.runner import worker_stopper, xdist_controller
from xdist.dsession import DSession

loop_once = DSession.loop_once
events = 0


def wait_for_ever(session):
    global events
    loop_once(session)
    events += 1
    if events == 20:
        threading.Timer(0, os.kill, (os.getpid(), signal.SIGINT)).start()
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()


DSession.loop_once = wait_for_ever
stopper = partial(worker_stopper.WorkerStopper, patience=0.5, last_patience=0.5)
xdist_controller.WorkerStopper = stopper
main()
"""
"""The command line, with SIGINT while a defect makes the main thread wait for a lock that nobody releases."""


@pytest.mark.parametrize("target", [Single, GuardNever])
def test_two_workers_reach_the_verdicts_of_one_process(target: Callable[[], Single], tmp_path: Path) -> None:
    status_of_one, report_of_one = reported(target(), tmp_path, *FEW)
    status_of_two, report_of_two = reported(target(), tmp_path, *FEW, "--workers", "2")

    verdicts = [
        {row["id"]: row["verdict"] for row in report["requirements"]} for report in (report_of_one, report_of_two)
    ]
    assert verdicts[0] == verdicts[1]
    assert (status_of_one, report_of_one["verdict"]) == (status_of_two, report_of_two["verdict"])


def test_workers_leave_nothing_behind(tmp_path: Path) -> None:
    target = Single()

    reported(target, tmp_path, *FEW, "--workers", "2")

    assert (target.keys, target.audiences) == ({}, {})


def test_workers_remember_what_failed_and_run_it_again(tmp_path: Path) -> None:
    with served(GuardNever()) as url:
        first, again = (
            command("run", *states(url), *FEW, "--workers", "2", *more, cwd=tmp_path) for more in ((), ("--lf",))
        )

    failed = [sorted(line for line in run.stdout.splitlines() if line.startswith("not ok")) for run in (first, again)]
    assert failed[0] == failed[1] != []
    assert "\nok " not in again.stdout


def test_workers_are_told_what_is_selected() -> None:
    with served(Single()) as url:
        nothing = command("run", *states(url), "--workers", "2", "-k", "no_such_check")
        some = command("run", *states(url), *FEW, "--workers", "2", "-k", "check_what_was_deleted or ready_audience")

    assert nothing.returncode == 5
    assert (some.returncode, some.stdout.count("\nok ")) == (0, 2), some.stdout + some.stderr


def test_a_target_whose_lists_are_slow_gets_more_workers() -> None:
    target = ListsAreSlow()
    target.SECONDS = 0.9

    with served_whole(target) as url:
        states_url = f"{url}/_mock/provider-states"
        options = ("--base-url", url, "--states-url", states_url, "--max-rps", "15", "-k", "check_an_empty_folder")
        run = command("run", *options, *FEW)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "2 workers" in run.stdout


def test_a_worker_that_dies_is_an_error_of_the_suite() -> None:
    with served(Single()) as url, started("--workers", "2", *states(url), "--seed", "1") as process:
        os.kill(children(process.pid)[0], signal.SIGKILL)
        stdout, _ = process.communicate(timeout=60)

    assert process.returncode == 3
    assert "ended before its work was done" in stdout


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_behind_and_says_so(number: signal.Signals, workers: str) -> None:
    target = Single()
    with served(target) as url, started("--workers", workers, *states(url), *LONG) as process:
        process.send_signal(number)
        stdout, stderr = ended(process)

    assert (process.returncode, target.keys, target.audiences) == (2, {}, {})
    assert stderr == INTERRUPTED
    assert "\nnot ok" not in stdout


def test_a_signal_leaves_no_lock_taken_for_which_a_run_waits_for_ever() -> None:
    target = Single()
    with served(target) as url:
        arguments = [sys.executable, "-c", SIGNAL_WITH_A_LOCK_TAKEN, "run", "--workers", "2", *states(url), *LONG]
        run = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)

    assert (run.returncode, run.stderr) == (2, INTERRUPTED)
    assert (target.keys, target.audiences) == ({}, {})


def test_a_run_whose_main_thread_waits_for_ever_ends_after_a_signal_nevertheless() -> None:
    with served(Single()) as url:
        arguments = [sys.executable, "-c", SIGNAL_WHILE_THE_LOOP_WAITS, "run", "--workers", "2", *states(url), *LONG]
        run = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603  (ours)

    assert (run.returncode, run.stderr) == (2, "interrupted: not torn down: nobody knows what was set up\n")


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    """A run whose first check is over; it is killed where the block leaves it running."""
    with subprocess.Popen(  # noqa: S603  (ours)
        words("run", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},  # noqa: TID251  (passed on)
    ) as process:
        try:
            assert process.stdout is not None
            while not process.stdout.readline().startswith("ok"):
                assert process.poll() is None, "the run ended too early"
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """The output of a run that was stopped; AssertionError with the stacks of all its threads if it goes on."""
    try:
        return process.communicate(timeout=100)
    except subprocess.TimeoutExpired:
        for pid in (*children(process.pid), process.pid):
            os.kill(pid, signal.SIGABRT)
        raise AssertionError("not over after 100 s: " + "".join(process.communicate(timeout=10))) from None


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_three_signals_at_once_still_leave_nothing_behind(workers: str) -> None:
    target = Single()
    with served(target) as url, started("--workers", workers, *states(url), *LONG) as process:
        for _ in range(3 if workers == "1" else 2):
            process.send_signal(signal.SIGINT)
        _, stderr = ended(process)

    assert (process.returncode, target.keys, target.audiences) == (2, {}, {})
    assert stderr.endswith(INTERRUPTED)
