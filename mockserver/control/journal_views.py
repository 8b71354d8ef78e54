"""Exchanges and findings as the control plane shows them, without a key in them."""

from collections.abc import Sequence

from mockserver.control.responses import Body
from mockserver.domain.instant import iso
from mockserver.recording.exchange import Exchange, Header
from mockserver.recording.findings.rule import Finding
from mockserver.recording.redaction import Redaction
from mockserver.recording.trace import REPLACEMENTS, trace
from mockserver.service.journals import ClientFindings, Reading


def page(reading: Reading, limit: int) -> Body:
    """Exchanges in short, and what the journal holds."""
    return {
        "exchanges": [summary(one, reading) for one in reading.exchanges],
        "held": reading.held,
        "heldBytes": reading.size,
        "dropped": reading.dropped,
        "limit": limit,
    }


def summary(exchange: Exchange, reading: Reading) -> Body:
    """An exchange in short."""
    redacted = reading.redaction
    return {
        "number": exchange.number,
        "at": iso(exchange.at),
        "realAt": iso(exchange.real),
        "durationMs": round((exchange.ended - exchange.began) * 1_000, 3),
        "key": _key(exchange, reading),
        "operation": exchange.operation,
        "method": redacted(exchange.method),
        "path": redacted(exchange.path),
        "query": redacted(exchange.query.decode("latin-1")),
        "status": exchange.status,
        "outcome": exchange.outcome.value,
        "rule": exchange.rule,
        "faults": list(exchange.faults),
    }


def whole(exchange: Exchange, reading: Reading) -> Body:
    """An exchange with its decision trace, headers and bodies."""
    redacted = reading.redaction
    asked = trace(exchange.operation, exchange.rule, exchange.place)
    decisive = len(asked) - 1 if exchange.rule is not None else len(asked)
    decision = "answered" if exchange.rule in REPLACEMENTS else "refused"
    request, response = exchange.request_body, exchange.response_body
    return {
        **summary(exchange, reading),
        "trace": [
            {"rule": one, "verdict": decision if place == decisive else "passed"} for place, one in enumerate(asked)
        ],
        "request": {
            "headers": headers(exchange.request_headers, redacted),
            "body": None if request is None else text(request, exchange.request_size, redacted),
            "bodyBytes": exchange.request_size,
        },
        "response": {
            "headers": headers(exchange.response_headers, redacted),
            "body": None if exchange.status is None else text(response, exchange.response_size, redacted),
            "bodyBytes": exchange.response_size,
        },
    }


def _key(exchange: Exchange, reading: Reading) -> Body | None:
    token = exchange.sent_token
    if token is None:
        return None
    name = reading.names.get(token)
    return {"name": None if name is None else reading.redaction(name), "hint": reading.redaction.hint(token)}


def headers(kept: Sequence[Header], redacted: Redaction) -> list[Body]:
    """Headers by name and value; of `Authorization` little more than its scheme."""
    return [{"name": name.decode("latin-1"), "value": _value(name, value, redacted)} for name, value in kept]


def _value(name: bytes, value: bytes, redacted: Redaction) -> str:
    shown = value.decode("latin-1")
    if name != b"authorization":
        return redacted(shown)
    scheme, _, token = shown.partition(" ")
    bearer = scheme.lower() == "bearer"
    return f"{scheme} {redacted.hint(token.strip(' '))}" if bearer else f"{scheme} …" if token else "…"


def text(body: bytes, size: int, redacted: Redaction) -> str:
    """A body as text, without its end where it was too long to be kept."""
    shown = body.decode("utf-8", "replace")
    return redacted(shown) if len(body) >= size else redacted.of_cut(shown)


def finding(found: Finding) -> Body:
    """A finding."""
    return {
        "rule": found.rule.id,
        "summary": found.rule.summary,
        "basis": found.basis.value,
        "sentence": found.sentence,
        "source": found.page,
        "operation": found.operation,
        "exchanges": list(found.exchanges),
        "advice": found.rule.advice,
    }


def findings(judged: ClientFindings) -> Body:
    """What was found, and in how many exchanges."""
    return {"findings": [finding(one) for one in judged.findings], "held": judged.held, "dropped": judged.dropped}
