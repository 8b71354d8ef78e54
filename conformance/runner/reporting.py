"""The reports of a run: built from its results, free of secrets, and written to files."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from conformance.catalogue.requirements import Catalogue
from conformance.options import Options, UsageError
from conformance.report.contents import Contract, Report
from conformance.report.formats import FORMATS
from conformance.report.redaction import Redactor
from conformance.results.verdicts import decide
from conformance.results.worker_result import WorkerResult
from openapi import contract, contract_text

_SHORTEST_SECRET = 8
"""Shorter values may occur anywhere by chance: they are redacted only where they are the whole value of a header."""


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
    options: Options, catalogue: Catalogue, result: WorkerResult, time: RunTime, expected_failures: Mapping[str, str]
) -> Report:
    """Return the report of a run.

    Args:
        options: The options of the run.
        catalogue: The catalogue of requirements.
        result: The results of all workers.
        time: The time of the run.
        expected_failures: The reasons of expected failures, by requirement id.
    """
    pages_not_run = result.methods.pages_not_run()
    not_torn_down = (f"not torn down: {resource}" for resource in result.not_torn_down)
    return Report(
        contract=_contract(),
        base_url=options.base_url,
        profile=options.profile,
        seed=options.seed,
        started=time.started.isoformat(timespec="seconds"),
        duration=time.duration,
        results=tuple(
            decide(
                catalogue[requirement_id],
                observations,
                expected_failures.get(requirement_id),
                pages_not_run.get(catalogue[requirement_id].operation),
            )
            for requirement_id, observations in result.observations.items()
        ),
        redactor=_build_redactor(options, result),
        strict=options.strict,
        selection=options.selection,
        notes=(*result.notes, *not_torn_down),
    )


def write_reports(options: Options, report: Report) -> None:
    """Write the report in each requested format; UsageError if a file cannot be written."""
    renderers = {report_format.name: report_format.render for report_format in FORMATS}
    for name, path in options.reports.items():
        try:
            path.write_text(renderers[name](report), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None


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


def _contract() -> Contract:
    info, digest = contract()["info"], hashlib.sha256(contract_text().encode()).hexdigest()
    return Contract(info["title"], info["version"], digest)
