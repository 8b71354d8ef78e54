"""What no implementation of the contract could have answered, or only by luck."""

from collections.abc import Iterator

from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.history import History
from mockserver.recording.findings.rule import Finding, Rule, documented, inferred

CONTRACT = Rule(
    "CLIENT-CONTRACT",
    "A request breaks the contract: no such route or method, or a parameter, body or media type that is not taken.",
    "Send what the contract describes; the message of the answer says what is wrong.",
)
KEY_REUSED = Rule(
    "CLIENT-KEY-REUSED",
    "One Idempotency-Key was used for two different bodies.",
    "Use a new Idempotency-Key for each new request, and the old one only for the same body.",
)

_UNSENDABLE = frozenset({"http", "route", "method", "size", "media-type"})
_INVALID = frozenset({"validation", "cursor"})
_ROW = "Request validation failed"
_START = "startProspectingJob"
_STABLE = "send a stable Idempotency-Key header when retrying this request."
_KEPT = 24 * 3_600_000
_REACHED = frozenset({None, "idempotency-key", "active-jobs", "credits", "internal"})


def contract_broken(_history: History, latest: Exchange) -> Iterator[Finding]:
    """Each request that was refused for what it is (`CLIENT-CONTRACT`); a preflight is not the client's own."""
    rule = latest.rule
    if rule in _INVALID:
        yield documented(CONTRACT, _ROW, latest)
    elif rule in _UNSENDABLE and latest.method != "OPTIONS":
        yield inferred(CONTRACT, None, latest)


def reused_key(history: History, latest: Exchange) -> Iterator[Finding]:
    """An Idempotency-Key that has started, or may have started, a job with another body (`CLIENT-KEY-REUSED`)."""
    body = latest.canonical_body
    if latest.operation != _START or latest.rule not in _REACHED or body is None:
        return
    if latest.request_header(b"idempotency-key") is None:
        return
    for first in reversed(history.starts(latest)):
        other = first.canonical_body
        used = first.rule in {None, "internal"} and latest.at - first.at < _KEPT
        if used and other is not None and other != body:
            yield inferred(KEY_REUSED, _STABLE, first, latest)
            return
