"""The reports of a run: built from its results, free of secrets, and written to files."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import metadata

from conformance.catalogue.requirements import Catalogue
from conformance.options import Options, UsageError
from conformance.report.contents import Contract, Report
from conformance.report.formats import FORMATS
from conformance.report.redaction import Redactor
from conformance.report.scripts.files import write_scripts
from conformance.report.scripts.prepared import Prepared, prepared_by
from conformance.results.expected_failures import ExpectedFailure
from conformance.results.verdicts import RequirementResult, decide
from conformance.results.worker_result import WorkerResult
from conformance.states import read_states_file
from openapi import contract, contract_text

_SHORTEST_SECRET = 8
"""Shorter values may occur anywhere by chance: they are redacted only where they are the whole value of a header."""


_STATES_URL_MAY_BE_WRONG = (
    "some violations are of states that the states URL said it had set up, so that the states URL may be wrong: "
    "`audience-conformance states --check URL --base-url URL` tells; if a state is not implemented, respond with 501"
)


@dataclass(frozen=True, slots=True)
class RunTime:
    """The time of a run.

    Attributes:
        started: The point in time when the checks began.
        duration: Seconds that they took.
    """

    started: datetime
    duration: float


def build_report(
    options: Options,
    catalogue: Catalogue,
    result: WorkerResult,
    time: RunTime,
    expected_failures: Sequence[ExpectedFailure],
) -> Report:
    """Return the report of a run, after the scripts of its violations are written.

    Args:
        options: The options of the run.
        catalogue: The catalogue of requirements.
        result: The results of all workers.
        time: The time of the run.
        expected_failures: The expected failures; those that are over excuse nothing.
    """
    ended = f"{result.ended} after {result.request_count} requests" if result.ended else None
    remarked = any(violation.remark for observed in result.observations.values() for violation in observed.violations)
    today = time.started.date()
    by_id: defaultdict[str, list[ExpectedFailure]] = defaultdict(list)
    for failure in expected_failures:
        if not failure.is_over(today):
            by_id[failure.requirement_id].append(failure)
    pages_not_run = result.methods.pages_not_run()
    results = tuple(
        decide(
            catalogue[requirement_id],
            observations,
            by_id[requirement_id],
            pages_not_run.get(catalogue[requirement_id].operation),
        )
        for requirement_id, observations in result.observations.items()
    )
    redactor = _build_redactor(options, result)
    scripts = _write_scripts(options, results, redactor, result.deleted)
    not_torn_down = (f"not torn down: {resource}" for resource in result.not_torn_down)
    return Report(
        contract=contract_facts(),
        base_url=options.base_url,
        profile=options.profile,
        seed=options.seed,
        started=time.started.isoformat(timespec="seconds"),
        duration=time.duration,
        results=results,
        redactor=redactor,
        strict=options.strict,
        suite_version=suite_version(),
        command=options.command(),
        selection=options.selection,
        notes=(
            *([ended] if ended else []),
            *([_STATES_URL_MAY_BE_WRONG] if remarked else []),
            *scripts,
            *over_notes(expected_failures, today),
            *result.notes,
            *not_torn_down,
        ),
        ended=ended,
    )


def over_notes(expected_failures: Iterable[ExpectedFailure], today: date) -> list[str]:
    """Return a note for each expected failure whose last day has passed."""
    return [
        f"the expected failure of {failure.requirement_id} ended on {failure.until}, and excuses nothing any more "
        f"({failure.place}: {failure.reason})"
        for failure in expected_failures
        if failure.is_over(today)
    ]


def write_reports(options: Options, report: Report) -> None:
    """Write the report in each requested format; UsageError if a file cannot be written."""
    renderers = {report_format.name: report_format.render for report_format in FORMATS}
    for name, path in options.reports.items():
        try:
            path.write_text(renderers[name](report), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None


def _write_scripts(
    options: Options, results: Iterable[RequirementResult], redactor: Redactor, deleted: frozenset[str]
) -> list[str]:
    """Write the scripts of `--reproduce`, and return a note about them; UsageError if a file cannot be written."""
    if options.reproduce is None:
        return []
    file = options.states_file
    prepared = Prepared() if file is None else prepared_by(read_states_file(file), deleted)
    try:
        count = write_scripts(options.reproduce, results, options.base_url, redactor, prepared)
    except OSError as error:
        raise UsageError(f"--reproduce {options.reproduce}: {error.strerror}") from None
    return [f"a shell script and a pytest file of each of {count} violations: {options.reproduce}"] if count else []


def long_secrets(secrets: Mapping[str, str | None]) -> dict[str, str]:
    """Return the secrets that are long enough to be redacted wherever they occur."""
    return {secret: name or "" for secret, name in secrets.items() if len(secret) >= _SHORTEST_SECRET}


def _build_redactor(options: Options, result: WorkerResult) -> Redactor:
    """Return a redactor of all secrets that were given or sent, near misses of keys included."""
    tokens = dict.fromkeys((*result.tokens, *sorted(result.keys)))
    numbered = {token: f"AUDIENCE_API_KEY_{number}" for number, token in enumerate(long_secrets(tokens), 1)}
    headers = options.given_headers().items()
    short_headers = {name: value for name, value in headers if len(value) < _SHORTEST_SECRET}
    return Redactor({**numbered, **long_secrets(options.given_secrets())}, short_headers)


def suite_version() -> str:
    """Return the version of the installed suite."""
    return metadata.version("audience-mock")


def contract_facts() -> Contract:
    """Return the facts of the contract that the suite checks against."""
    info, digest = contract()["info"], hashlib.sha256(contract_text().encode()).hexdigest()
    return Contract(info["title"], info["version"], digest)
