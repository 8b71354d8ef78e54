"""Runs the checks with pytest, here or in workers; what came of it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import click
import pytest

from conformance import environment
from conformance.catalogue.requirements import Catalogue
from conformance.options import Options
from conformance.results.worker_result import WorkerResult, merge
from conformance.runner.deadline import Deadline
from conformance.runner.plugin import ConformancePlugin
from conformance.runner.progress import Progress
from conformance.runner.selection import check_files, selected_checks
from conformance.runner.session import open_session
from conformance.runner.xdist_controller import WorkerController

CACHE = Path(".audience-conformance")
"""Where checks that failed are remembered for `--lf`, in the directory of the run."""

_DISABLED_PLUGINS = ("terminal", "logging", "stepwise", "nfplugin", "lfplugin-collwrapper")
# The last leaves whole files uncollected, and then the catalogue has checks that are not there.


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What came of it. `seen` is None, and `fault` says why, where it came to nothing."""

    result: WorkerResult | None
    interrupted: bool = False
    nothing_selected: bool = False
    error: str | None = None


class _SessionOutcome:
    """How pytest came to its end, beyond what its exit status tells."""

    def __init__(self) -> None:
        self.interrupted = False
        self.errors: list[str] = []

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C, and not what pytest calls an interrupt of its own."""
        self.interrupted = self.interrupted or not isinstance(excinfo.value, pytest.Session.Interrupted)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """A fault of the suite outside any check; xdist tells one of a worker by its whole traceback."""
        lines = excinfo.exconly().split("\nassert False")[0].split("\n")
        last = excinfo.traceback[-1]
        self.errors.append(f"{lines[-1].strip()} ({Path(last.path).name}, line {last.lineno + 1})")
        return True  # it is told; pytest need not

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of checks that cannot be read."""
        if report.failed:
            self.errors.append(report.longreprtext)


def run_checks(options: Options, known: Catalogue, *, live: bool) -> SessionResult:
    """Run the checks that are chosen."""
    environment.isolate_pytest()
    deadline = Deadline(options.deadline)
    progress = Progress(known, lambda text: click.echo(text, nl=False), live=live)
    with _sigterm_as_interrupt():
        if options.workers == 1:
            return _run_in_process(options, known, deadline, progress)
        return _run_in_workers(options, known, deadline, progress)


def _run_in_process(options: Options, known: Catalogue, deadline: Deadline, progress: Progress) -> SessionResult:
    with open_session(options, deadline) as parts:
        plugin = ConformancePlugin.for_session(options, known, parts, deadline)
        names = selected_checks(options.selection, known)
        status, ending = _run_pytest(options, known, names, [], [plugin, progress])
    return _session_result(merge([plugin.result]) if plugin.result else None, status, ending)


def _run_in_workers(options: Options, known: Catalogue, deadline: Deadline, progress: Progress) -> SessionResult:
    workers = WorkerController(options, deadline)
    dealt = ["-p", "xdist", "-n", str(options.workers), "--dist", "worksteal", "--max-worker-restart", "0"]
    names = selected_checks(options.selection, known)
    more = [*dealt, "-p", "conformance.runner.xdist_worker"]
    with workers.handling_signals():
        status, ending = _run_pytest(options, known, names, more, [workers, progress])
    ending.interrupted = ending.interrupted or workers.interrupted
    if workers.lost and workers.results:
        ending.errors.clear()  # xdist's words for the same
        lost = tuple(workers.lost)
        seen = merge(workers.results)
        observed = {row: replace(one, errors=one.errors + lost) for row, one in seen.observations.items()}
        left = (*seen.not_torn_down, *(f"what it had set up: {one}" for one in lost))
        return _session_result(replace(seen, observations=observed, not_torn_down=left), status, ending)
    return _session_result(merge(workers.results) if workers.results else None, status, ending)


def _session_result(seen: WorkerResult | None, status: int, ending: _SessionOutcome) -> SessionResult:
    fault = ending.errors[0] if ending.errors else None
    if seen is None or status == pytest.ExitCode.USAGE_ERROR:
        fault = fault or f"pytest ended with {status}"
    return SessionResult(seen, ending.interrupted, status == pytest.ExitCode.NO_TESTS_COLLECTED, fault)


def _run_pytest(
    options: Options, known: Catalogue, names: frozenset[str], more: list[str], plugins: list[object]
) -> tuple[int, _SessionOutcome]:
    folder = resources.files("conformance").joinpath("checks")
    without = [word for name in _DISABLED_PLUGINS for word in ("-p", f"no:{name}")]
    alone = ["--disable-plugin-autoload", "--noconftest", "-c", "/dev/null", f"--rootdir={folder}"]
    alone += ["-o", "python_files=check_*.py", "-o", "python_functions=check_*"]
    alone += ["--import-mode=importlib", "-o", f"cache_dir={CACHE.absolute()}"]
    chosen = ["-k", options.selection] if options.selection else []
    chosen += ["--lf"] * options.last_failed + ["-x"] * options.first_failure
    ending = _SessionOutcome()
    try:
        status = int(
            pytest.main(
                [*check_files(options.profile, names, known), *without, *alone, *chosen, *more],
                plugins=[ending, *plugins],
            )
        )
    except KeyboardInterrupt:  # a second one, while the first was dealt with
        ending.interrupted = True
        status = int(pytest.ExitCode.INTERRUPTED)
    return status, ending


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """CI says SIGTERM where a person says Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
