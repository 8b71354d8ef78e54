"""The pytest session that runs the checks, in this process or in workers."""

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
from conformance.runner.interrupts import Interrupts, give_up
from conformance.runner.plugin import ConformancePlugin
from conformance.runner.progress import Progress
from conformance.runner.selection import check_files, selected_checks
from conformance.runner.session import open_session
from conformance.runner.xdist_controller import WorkerController

CACHE = Path(".audience-conformance")
"""The directory, in that of the run, where failed checks are remembered for `--lf`."""

_DISABLED_PLUGINS = ("terminal", "logging", "stepwise", "nfplugin", "unraisableexception", "lfplugin-collwrapper")
# The last but one collects garbage five times at the end, which takes seconds past the deadline.
# The last one leaves whole files uncollected: then the catalogue would name checks that seem not to exist.

_ISOLATED = ["--disable-plugin-autoload", "--noconftest", "-c", "/dev/null", "--import-mode=importlib"]
_DISCOVERY = ["-o", "python_files=check_*.py", "-o", "python_functions=check_*"]
_WORKERS = ["-p", "xdist", "--dist", "worksteal", "--max-worker-restart", "0", "-p", "conformance.runner.xdist_worker"]


@dataclass(frozen=True, slots=True)
class SessionResult:
    """The result of a pytest session.

    Attributes:
        result: The results of all workers; None if there are none.
        interrupted: Whether a signal ended the session.
        nothing_selected: Whether no check was selected.
        error: The first error of the suite itself, outside any check.
    """

    result: WorkerResult | None
    interrupted: bool = False
    nothing_selected: bool = False
    error: str | None = None


class _SessionOutcome:
    """The pytest plugin that records how the session ended, in more detail than its exit status."""

    def __init__(self) -> None:
        self.interrupted = False
        self.errors: list[str] = []

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Record Ctrl-C, which is not an interrupt of pytest's own."""
        self.interrupted = self.interrupted or not isinstance(excinfo.value, pytest.Session.Interrupted)

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        """Record an error of the suite outside any check; xdist reports one of a worker by its whole traceback."""
        lines = excinfo.exconly().split("\nassert False")[0].split("\n")
        last = excinfo.traceback[-1]
        self.errors.append(f"{lines[-1].strip()} ({Path(last.path).name}, line {last.lineno + 1})")
        return True  # pytest need not report it again

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record a file of checks that cannot be read."""
        if report.failed:
            self.errors.append(report.longreprtext)


def run_checks(options: Options, catalogue: Catalogue, deadline: Deadline, *, live: bool) -> SessionResult:
    """Run the selected checks.

    Args:
        options: The options of the run, with a number of workers.
        catalogue: The catalogue of requirements.
        deadline: The deadline of the run, whose time has begun.
        live: Whether a person watches the progress on a terminal.
    """
    environment.isolate_pytest()
    progress = Progress(catalogue, _write_nothing if options.quiet else _write, live=live and not options.quiet)
    with Interrupts(deadline).handled():
        if options.workers == 1:
            return _run_in_process(options, catalogue, deadline, progress)
        return _run_in_workers(options, catalogue, deadline, progress)


def _write(text: str) -> None:
    click.echo(text, nl=False)


def _write_nothing(_: str) -> None:
    """Leave out the progress of a quiet run."""


def _run_in_process(options: Options, catalogue: Catalogue, deadline: Deadline, progress: Progress) -> SessionResult:
    with open_session(options, deadline) as session:
        plugin = ConformancePlugin.for_session(options, catalogue, session, deadline)
        status, outcome = _run_pytest(options, catalogue, [], [plugin, progress])
    return _session_result([plugin.result] if plugin.result else [], status, outcome)


def _run_in_workers(options: Options, catalogue: Catalogue, deadline: Deadline, progress: Progress) -> SessionResult:
    workers = WorkerController(options, deadline)
    arguments = [*_WORKERS, "-n", str(options.workers)]
    with workers.handling_signals(give_up):
        status, outcome = _run_pytest(options, catalogue, arguments, [workers, progress])
    outcome.interrupted = outcome.interrupted or workers.interrupted
    if workers.lost and workers.results:
        outcome.errors.clear()  # xdist's messages about the lost workers
    session_result = _session_result(workers.results, status, outcome)
    if session_result.result is None or not workers.lost:
        return session_result
    return replace(session_result, result=_with_lost_workers(session_result.result, tuple(workers.lost)))


def _with_lost_workers(result: WorkerResult, lost: tuple[str, ...]) -> WorkerResult:
    """Return the result with an error in every requirement, for each worker that was lost."""
    observations = {
        requirement_id: replace(observed, errors=observed.errors + lost)
        for requirement_id, observed in result.observations.items()
    }
    not_torn_down = (*result.not_torn_down, *(f"what it had set up: {message}" for message in lost))
    return replace(result, observations=observations, not_torn_down=not_torn_down)


def _session_result(results: list[WorkerResult], status: int, outcome: _SessionOutcome) -> SessionResult:
    error = outcome.errors[0] if outcome.errors else None
    if not results or status == pytest.ExitCode.USAGE_ERROR:
        error = error or f"pytest ended with {status}"
    result = merge(results) if results else None
    return SessionResult(result, outcome.interrupted, status == pytest.ExitCode.NO_TESTS_COLLECTED, error)


def _run_pytest(
    options: Options, catalogue: Catalogue, arguments: list[str], plugins: list[object]
) -> tuple[int, _SessionOutcome]:
    """Run pytest with further arguments and plugins; return its exit status and outcome."""
    outcome = _SessionOutcome()
    try:
        status = int(pytest.main([*_pytest_arguments(options, catalogue), *arguments], plugins=[outcome, *plugins]))
    except KeyboardInterrupt:  # a second one, while pytest handled the first
        outcome.interrupted = True
        status = int(pytest.ExitCode.INTERRUPTED)
    return status, outcome


def _pytest_arguments(options: Options, catalogue: Catalogue) -> list[str]:
    files = check_files(options.profile, selected_checks(options.selection, catalogue), catalogue)
    folder = resources.files("conformance").joinpath("checks")
    disabled = [word for name in _DISABLED_PLUGINS for word in ("-p", f"no:{name}")]
    places = [f"--rootdir={folder}", "-o", f"cache_dir={CACHE.absolute()}"]
    selection = ["-k", options.selection] if options.selection else []
    selection += ["--lf"] * options.last_failed + ["-x"] * options.first_failure
    return [*files, *disabled, *_ISOLATED, *_DISCOVERY, *places, *selection]
