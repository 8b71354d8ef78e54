"""A run: preflight, checks, reports."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import click

from conformance import environment
from conformance.catalogue.requirements import Catalogue
from conformance.options import Options, UsageError
from conformance.report import text_report
from conformance.report.redaction import Redactor
from conformance.results.expected_failures import ExpectedFailuresError, read
from conformance.runner.deadline import Deadline
from conformance.runner.preflight import preflight
from conformance.runner.pytest_session import SessionResult, run_checks
from conformance.runner.reporting import RunTime, build_report, long_secrets, write_reports
from conformance.runner.session import Session, open_session
from conformance.states import AccountGuard

_DRY, _INTERRUPTED, _ERROR, _NOTHING_SELECTED = 0, 2, 3, 5
_TORN_DOWN = "what was set up is torn down again, and nothing was decided"
_UNKNOWN_REST = ("nobody knows what was set up",)


def run(options: Options, catalogue: Catalogue) -> int:
    """Check a target; return the exit status.

    Raises:
        UsageError: The target, its states or a file cannot be used. The message has no secrets.
    """
    try:
        return _run(options, catalogue)
    except UsageError as error:
        redactor = Redactor(long_secrets(options.given_secrets()))
        raise UsageError(redactor.text(error.message)) from None


def _run(options: Options, catalogue: Catalogue) -> int:
    expected_failures = _read_expected_failures(options, catalogue)
    settings = environment.read()
    fitted = _fitted_to_target(options)
    if fitted is None:
        return _DRY
    options = fitted
    started, begin = datetime.now(UTC), time.monotonic()  # noqa: TID251  (a report states real time)
    session_result = run_checks(options, catalogue, live=settings.live)
    result, status = session_result.result, _status_without_report(session_result)
    if status is not None or result is None:
        return _ERROR if status is None else status
    run_time = RunTime(started, time.monotonic() - begin)
    report = build_report(options, catalogue, result, run_time, expected_failures)
    click.echo(text_report.render(report, colour=settings.colour), nl=False)
    write_reports(options, report)
    return report.outcome.exit_status


def _fitted_to_target(options: Options) -> Options | None:
    """Try the target, and return the options with what was learnt of it; None at the end of a dry run."""
    with open_session(options, Deadline(None)) as session:
        target = preflight(options, session, lambda: _announce(options, session))
    if target is None:
        return None
    options = replace(options.with_workers_for(target.latency), lacking=target.lacking)
    workers = f", {options.workers} workers: {target.latency * 1000:.0f} ms a request" if options.workers != 1 else ""
    click.echo(f"{options.base_url}, profile {options.profile}, seed {options.seed}{workers}")
    return options


def _announce(options: Options, session: Session) -> bool:
    """Tell what the run makes in account groups that are kept, and return whether it may."""
    guard = session.states.guard
    if isinstance(guard, AccountGuard) and (options.api_key is not None or options.dry_run):
        click.echo(guard.announcement())
    return not options.dry_run


def _status_without_report(session_result: SessionResult) -> int | None:
    """Return the exit status of a run that has no report, after a message that says why."""
    if session_result.interrupted:
        left = session_result.result.not_torn_down if session_result.result else _UNKNOWN_REST
        click.echo(f"interrupted: {'not torn down: ' + '; '.join(left) if left else _TORN_DOWN}", err=True)
        return _INTERRUPTED
    if session_result.error is not None:
        click.echo(f"the suite itself failed, please report it: {session_result.error}", err=True)
        return _ERROR
    if session_result.nothing_selected:
        click.echo("no check was selected: `list` shows the checks", err=True)
        return _NOTHING_SELECTED
    return None


def _read_expected_failures(options: Options, catalogue: Catalogue) -> Mapping[str, str]:
    if options.expected is None:
        return {}
    try:
        failures = read(options.expected.read_text(encoding="utf-8"), set(catalogue))
    except (OSError, UnicodeDecodeError, ExpectedFailuresError) as error:
        raise UsageError(f"{options.expected}: {getattr(error, 'strerror', None) or error}") from None
    return {requirement_id: failure.reason for requirement_id, failure in failures.items()}
