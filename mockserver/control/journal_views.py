"""The control plane's JSON representations of exchanges and findings, with keys redacted."""

from collections.abc import Sequence

from mockserver.api.long_json import MakeRows, rendered
from mockserver.control.responses import Body
from mockserver.domain.instant import iso
from mockserver.recording.exchange import Exchange, Header
from mockserver.recording.findings.rule import Finding
from mockserver.recording.redaction import Redaction
from mockserver.recording.trace import REPLACEMENTS, trace
from mockserver.service.journals import ClientFindings, Reading

_SUMMARY_SIZE = 350
_FINDING_SIZE = 250
_DIGITS = 6


def page_size(reading: Reading) -> int:
    """Return about how many characters a page has."""
    return sum(len(exchange.path) + len(exchange.query) + _SUMMARY_SIZE for exchange in reading.exchanges)


def page(reading: Reading, limit: int, rows: MakeRows[Exchange] = rendered) -> Body:
    """Return summaries of exchanges, and the size of the journal; `rows` makes the array of summaries."""
    return {
        "exchanges": rows(lambda exchange: summary(exchange, reading), reading.exchanges),
        "held": reading.held,
        "heldBytes": reading.size,
        "dropped": reading.dropped,
        "limit": limit,
    }


def summary(exchange: Exchange, reading: Reading) -> Body:
    """Return a summary of an exchange."""
    redact = reading.redaction
    return {
        "number": exchange.number,
        "at": iso(exchange.at),
        "realAt": iso(exchange.real),
        "durationMs": round((exchange.ended - exchange.began) * 1_000, 3),
        "key": _key(exchange, reading),
        "operation": exchange.operation,
        "method": redact(exchange.method),
        "path": redact(exchange.path),
        "query": redact(exchange.query.decode("latin-1")),
        "status": exchange.status,
        "outcome": exchange.outcome.value,
        "rule": exchange.rule,
        "faults": list(exchange.faults),
        "resent": exchange.resent,
    }


def whole(exchange: Exchange, reading: Reading) -> Body:
    """Return an exchange with its decision trace, headers and bodies."""
    redact = reading.redaction
    rules = trace(exchange.operation, exchange.rule, exchange.place)
    decisive = len(rules) - 1 if exchange.rule is not None else len(rules)
    decision = "answered" if exchange.rule in REPLACEMENTS else "refused"
    request, response = exchange.request_body, exchange.response_body
    return {
        **summary(exchange, reading),
        "trace": [
            {"rule": rule, "verdict": decision if index == decisive else "passed"} for index, rule in enumerate(rules)
        ],
        "request": {
            "headers": headers(exchange.request_headers, redact),
            "body": None if request is None else text(request, exchange.request_size, redact),
            "bodyBytes": exchange.request_size,
        },
        "response": {
            "headers": headers(exchange.response_headers, redact),
            "body": None if exchange.status is None else text(response, exchange.response_size, redact),
            "bodyBytes": exchange.response_size,
        },
    }


def _key(exchange: Exchange, reading: Reading) -> Body | None:
    token = exchange.sent_token
    if token is None:
        return None
    name = reading.names.get(token)
    return {"name": None if name is None else reading.redaction(name), "hint": reading.redaction.hint(token)}


def headers(kept: Sequence[Header], redact: Redaction) -> list[Body]:
    """Return headers by name and value; the token of `Authorization` is redacted."""
    return [{"name": name.decode("latin-1"), "value": _header_value(name, value, redact)} for name, value in kept]


def _header_value(name: bytes, value: bytes, redact: Redaction) -> str:
    decoded = value.decode("latin-1")
    if name != b"authorization":
        return redact(decoded)
    scheme, _, token = decoded.partition(" ")
    is_bearer = scheme.lower() == "bearer"
    return f"{scheme} {redact.hint(token.strip(' '))}" if is_bearer else f"{scheme} …" if token else "…"


def text(body: bytes, size: int, redact: Redaction) -> str:
    """Return a body as text; the end of a long body is missing, because the journal does not keep it."""
    decoded = body.decode("utf-8", "replace")
    return redact(decoded) if len(body) >= size else redact.of_cut(decoded)


def finding(record: Finding) -> Body:
    """Return a finding."""
    return {
        "rule": record.rule.id,
        "summary": record.rule.summary,
        "basis": record.basis.value,
        "sentence": record.sentence,
        "source": record.page,
        "operation": record.operation,
        "exchanges": list(record.exchanges),
        "advice": record.rule.advice,
    }


def findings_size(judgement: ClientFindings) -> int:
    """Return about how many characters the findings have."""
    return sum(
        len(record.rule.summary) + len(record.rule.advice) + _DIGITS * len(record.exchanges) + _FINDING_SIZE
        for record in judgement.findings
    )


def findings(judgement: ClientFindings, rows: MakeRows[Finding] = rendered) -> Body:
    """Return the findings, and the number of exchanges that they are based on; `rows` makes the array of findings."""
    return {
        "findings": rows(finding, judgement.findings),
        "held": judgement.held,
        "dropped": judgement.dropped,
    }
