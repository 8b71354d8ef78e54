"""The report for programs, a JSON document; its schema is `report.schema.json`."""

import base64
import json
from importlib import resources
from typing import Any

from conformance.report.contents import Report
from conformance.report.curl import curl
from conformance.report.wording import failing_checks
from conformance.results.exchange import Exchange, Headers
from conformance.results.timeline import TimelineOperation
from conformance.results.verdicts import RequirementResult, counts

_BODY_LIMIT = 65_536  # bytes; characters of a body in UTF-8


def render(report: Report) -> str:
    """Return a JSON document, in ASCII."""
    return json.dumps(_report(report), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the document; a new dict at each call."""
    document: dict[str, Any] = json.loads(resources.files(__package__).joinpath("report.schema.json").read_bytes())
    return document


def _report(report: Report) -> dict[str, Any]:
    return {
        "contract": {
            "title": report.contract.title,
            "version": report.contract.version,
            "digest": report.contract.digest,
        },
        "target": {
            "baseUrl": report.base_url,
            "started": report.started,
            "seconds": report.duration,
            "notes": list(report.notes),
        },
        "suite": {"version": report.suite_version},
        "profile": report.profile,
        "seed": report.seed,
        "verdict": report.outcome,
        "counts": dict(counts(report.results)),
        "requirements": [_result(report, result) for result in report.results],
    }


def _result(report: Report, result: RequirementResult) -> dict[str, Any]:
    requirement, violations = result.requirement, result.observations.violations
    exchanges = violations[0].exchanges if violations else ()
    return {
        "id": requirement.id,
        "level": requirement.level,
        "text": requirement.text,
        "source": requirement.source,
        "verdict": result.verdict,
        "reason": result.reason,
        "curl": [curl(exchange) for exchange in exchanges],
        "exchange": [_exchange(exchange) for exchange in exchanges],
        "failingChecks": failing_checks(result.observations),
        "rerun": report.rerun(result) or None,
        "timeline": [_operation(one) for one in violations[0].shown_timeline] if violations else [],
    }


def _operation(one: TimelineOperation) -> dict[str, Any]:
    return {
        "client": one.client,
        "label": one.label,
        "start": one.start,
        "end": one.end,
        "place": one.place,
        "effect": one.effect,
        "fits": one.fits,
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    response = {
        "status": exchange.status,
        "headers": _headers(exchange.response_headers),
        "body": _body(exchange.response_body),
    }
    return {
        "number": exchange.number,
        "request": {
            "method": exchange.method,
            "url": exchange.url,
            "headers": _headers(exchange.request_headers),
            "body": _body(exchange.request_body),
        },
        "response": None if exchange.status is None else response,
        "noResponse": exchange.no_response,
        "elapsedMs": exchange.elapsed_ms,
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _body(raw: bytes | None) -> dict[str, Any] | None:
    if raw is None:
        return None
    try:
        return {"encoding": "utf-8", "content": raw.decode("utf-8")[:_BODY_LIMIT], "length": len(raw)}
    except UnicodeDecodeError:
        encoded = base64.b64encode(raw[:_BODY_LIMIT]).decode("ascii")
        return {"encoding": "base64", "content": encoded, "length": len(raw)}
