"""A run: preflight, checks, reports."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import click

from conformance import environment
from conformance.catalogue.requirements import Catalogue
from conformance.options import Options, UsageError
from conformance.report import text_report
from conformance.report.legible import line
from conformance.report.redaction import Redactor
from conformance.results.expected_failures import ExpectedFailure, ExpectedFailuresError, read
from conformance.runner.deadline import Deadline
from conformance.runner.interrupts import INTERRUPTED, UNKNOWN_REST
from conformance.runner.preflight import preflight
from conformance.runner.pytest_session import SessionResult, run_checks
from conformance.runner.reporting import RunTime, build_report, long_secrets, over_notes, write_reports
from conformance.runner.session import Session, open_session
from conformance.states import AccountGuard

_DRY, _ERROR, _NOTHING_SELECTED = 0, 3, 5
_LONGEST_LINE = 4_000  # characters
_TORN_DOWN = "what was set up is torn down again, and nothing was decided"


def run(options: Options, catalogue: Catalogue, now: Callable[[], datetime]) -> int:
    """Check a target; return the exit status.

    Args:
        options: The options of the run.
        catalogue: The catalogue of requirements.
        now: The clock, for the time in the report and the last days of expected failures.

    Raises:
        UsageError: The target, its states or a file cannot be used. The message has no secrets.
    """
    try:
        return _run(options, catalogue, now)
    except UsageError as error:
        redactor = Redactor(long_secrets(options.given_secrets()))
        raise UsageError(redactor.text(error.message)) from None


def _run(options: Options, catalogue: Catalogue, now: Callable[[], datetime]) -> int:
    expected_failures = _read_expected_failures(options, catalogue)
    for note in over_notes(expected_failures, now().date()):
        click.echo(f"audience-conformance: {note}", err=True)
    settings = environment.read()
    trial_begin = time.monotonic()
    fitted = _fitted_to_target(options)
    if fitted is None:
        return _DRY
    options = fitted
    started, begin = now(), time.monotonic()
    deadline = Deadline(options.deadline, begin - trial_begin)
    session_result = run_checks(options, catalogue, deadline, live=settings.live)
    result, status = session_result.result, _status_without_report(session_result)
    if status is not None or result is None:
        return _ERROR if status is None else status
    run_time = RunTime(started, time.monotonic() - begin)
    report = build_report(options, catalogue, result, run_time, expected_failures)
    text = text_report.verdict_line if options.quiet else text_report.render
    click.echo(text(report, colour=settings.colour), nl=False)
    write_reports(options, report)
    return report.outcome.exit_status


def _fitted_to_target(options: Options) -> Options | None:
    """Try the target, and return the options with what was learnt of it; None at the end of a dry run."""
    with open_session(options, Deadline(options.deadline), is_first=True) as session:
        target = preflight(options, session, lambda: _announce(options, session))
    if target is None:
        return None
    options = replace(options.with_workers_for(target.latency), lacking=target.lacking)
    workers = f", {options.workers} workers: {target.latency * 1000:.0f} ms a request" if options.workers != 1 else ""
    if not options.quiet:
        click.echo(f"{options.base_url}, profile {options.profile}, seed {options.seed}{workers}")
    return options


def _announce(options: Options, session: Session) -> bool:
    """Tell what the run makes in account groups that are kept, and return whether it may."""
    guard = session.states.guard
    is_told = options.dry_run or (options.api_key is not None and not options.quiet)
    if isinstance(guard, AccountGuard) and is_told:
        click.echo(guard.announcement())
    return not options.dry_run


def _status_without_report(session_result: SessionResult) -> int | None:
    """Return the exit status of a run that has no report, after a message that says why."""
    if session_result.interrupted:
        left = session_result.result.not_torn_down if session_result.result else (UNKNOWN_REST,)
        not_torn_down = line("not torn down: " + "; ".join(left), _LONGEST_LINE)
        click.echo(f"interrupted: {not_torn_down if left else _TORN_DOWN}", err=True)
        return INTERRUPTED
    if session_result.error is not None:
        click.echo(f"the suite itself failed, please report it: {line(session_result.error)}", err=True)
        return _ERROR
    if session_result.nothing_selected:
        click.echo("no check was selected: `list` shows the checks", err=True)
        return _NOTHING_SELECTED
    return None


def _read_expected_failures(options: Options, catalogue: Catalogue) -> Sequence[ExpectedFailure]:
    if options.expected is None:
        return ()
    checks = {check for requirement in catalogue.values() for check in requirement.checks}
    is_toml = True if options.expected.suffix == ".toml" else None
    try:
        return read(options.expected.read_text(encoding="utf-8"), set(catalogue), checks, toml=is_toml)
    except (OSError, UnicodeDecodeError, ExpectedFailuresError) as error:
        raise UsageError(f"{options.expected}: {getattr(error, 'strerror', None) or error}") from None
