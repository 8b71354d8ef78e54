"""The report for programs; `report.schema.json` beside it is its schema."""

import base64
import json
from importlib import resources
from typing import Any

from conformance.report.contents import Report
from conformance.report.curl import curl
from conformance.results.verdicts import Exchange, Headers, RequirementResult, counts

_BODY_LIMIT = 65_536


def render(report: Report) -> str:
    """A JSON document, ASCII only."""
    return json.dumps(_report(report), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `render` writes; a fresh dict for every call."""
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
        "profile": report.profile,
        "seed": report.seed,
        "verdict": report.outcome,
        "counts": dict(counts(report.decided)),
        "requirements": [_requirement(one) for one in report.decided],
    }


def _requirement(decided: RequirementResult) -> dict[str, Any]:
    exchanges = decided.violations[0].exchanges if decided.violations else ()
    return {
        "id": decided.id,
        "level": decided.level,
        "text": decided.text,
        "source": decided.source,
        "verdict": decided.verdict,
        "reason": decided.reason,
        "curl": [curl(exchange) for exchange in exchanges],
        "exchange": [_exchange(exchange) for exchange in exchanges],
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
