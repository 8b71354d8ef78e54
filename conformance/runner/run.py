"""One run: preflight, checks, reports."""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import click

from conformance import environment
from conformance.catalogue.requirements import Catalogue
from conformance.options import Options, UsageError
from conformance.report import html_report, json_report, junit_report, markdown_report, text_report
from conformance.report.contents import Contract, Report
from conformance.report.redaction import Redactor
from conformance.results.expected_failures import ExpectedFailuresError, read
from conformance.results.verdicts import decide
from conformance.results.worker_result import WorkerResult
from conformance.runner.deadline import Deadline
from conformance.runner.preflight import preflight
from conformance.runner.pytest_session import SessionResult, run_checks
from conformance.runner.session import open_session
from openapi import contract, contract_text

_INTERRUPTED, _FAULT, _NOTHING = 2, 3, 5
_SECRET = 8
"""What is shorter may stand anywhere by chance, and is taken out only where it is all of a header."""


def run(options: Options, known: Catalogue) -> int:
    """Check a target; the exit status. UsageError where that cannot be."""
    try:
        return _run(options, known)
    except UsageError as error:
        redactor = Redactor(_long(options.given_secrets()))
        raise UsageError(redactor.text(error.message)) from None


def _run(options: Options, known: Catalogue) -> int:
    expected = _expected(options, known)
    around = environment.read()
    with open_session(options, Deadline(None)) as parts:
        latency = preflight(options, parts)
    fitted = options.with_workers_for(latency)
    side_by_side = f", {fitted.workers} workers: {latency * 1000:.0f} ms a request" if fitted.workers != 1 else ""
    click.echo(f"{options.base_url}, profile {options.profile}, seed {options.seed}{side_by_side}")
    begun, started = time.monotonic(), datetime.now(UTC)  # noqa: TID251  (when a report was made is real time)
    checked = run_checks(fitted, known, live=around.live)
    status = _early(checked)
    if status is not None or checked.result is None:
        return _FAULT if status is None else status
    report = Report(
        contract=_contract(),
        base_url=options.base_url,
        profile=options.profile,
        seed=options.seed,
        started=started.isoformat(timespec="seconds"),
        duration=time.monotonic() - begun,
        results=tuple(decide(known[id_], seen, expected.get(id_)) for id_, seen in checked.result.observations.items()),
        redactor=_redactor(options, checked.result),
        strict=options.strict,
        selection=options.selection,
        notes=(*checked.result.notes, *(f"not torn down: {one}" for one in checked.result.not_torn_down)),
    )
    click.echo(text_report.render(report, colour=around.colour), nl=False)
    _write(options, report)
    return report.outcome.exit_status


def _early(checked: SessionResult) -> int | None:
    """The exit status of a run that no report follows, having said why in a line."""
    if checked.interrupted:
        left = checked.result.not_torn_down if checked.result else ("nobody knows what was set up",)
        click.echo(f"interrupted: {'not torn down: ' + '; '.join(left) if left else _CLEAN}", err=True)
        return _INTERRUPTED
    if checked.error is not None:
        click.echo(f"the suite itself failed, please report it: {checked.error}", err=True)
        return _FAULT
    if checked.nothing_selected:
        click.echo("no check was selected: `list` shows what there is", err=True)
        return _NOTHING
    return None


_CLEAN = "what was set up is torn down again, and nothing was decided"


def _expected(options: Options, known: Catalogue) -> dict[str, str]:
    if options.expected is None:
        return {}
    try:
        found = read(options.expected.read_text(encoding="utf-8"), set(known))
    except (OSError, UnicodeDecodeError, ExpectedFailuresError) as error:
        raise UsageError(f"{options.expected}: {getattr(error, 'strerror', None) or error}") from None
    return {one: expectation.reason for one, expectation in found.items()}


def _contract() -> Contract:
    text = contract_text()
    info = contract()["info"]
    return Contract(info["title"], info["version"], hashlib.sha256(text.encode()).hexdigest())


def _redactor(options: Options, result: WorkerResult) -> Redactor:
    """Return a redactor of all secrets that were given or sent: near misses of keys included."""
    sent = dict.fromkeys((*result.tokens, *sorted(result.keys)))
    numbered = {token: f"AUDIENCE_API_KEY_{number}" for number, token in enumerate(_long(sent), 1)}
    short_headers = {name: value for name, value in options.given_headers().items() if len(value) < _SECRET}
    return Redactor({**numbered, **_long(options.given_secrets())}, short_headers)


def _long(secrets: Mapping[str, str | None]) -> dict[str, str]:
    return {secret: name or "" for secret, name in secrets.items() if len(secret) >= _SECRET}


def _write(options: Options, report: Report) -> None:
    renders: Mapping[str, Callable[[Report], str]] = {
        "html": html_report.render,
        "json": json_report.render,
        "junit": junit_report.render,
        "markdown": markdown_report.render,
    }
    for kind, path in options.reports.items():
        try:
            path.write_text(renders[kind](report), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
