"""The rules about requests that break the contract."""

from collections.abc import Iterator

from mockserver.domain.operation import RetrySafety
from mockserver.domain.replay import REPLAY_LIFETIME
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
_VALIDATION_SENTENCE = "Request validation failed"
_START = "startProspectingJob"
_REACHED_KEY_CHECK = frozenset({None, "idempotency-key", "active-jobs", "credits", "internal"})


def contract_broken(_history: History, latest: Exchange) -> Iterator[Finding]:
    """Find each request that breaks the contract (`CLIENT-CONTRACT`).

    A browser sends preflights, not the client; and a request without a valid key may be anybody's, such as a browser's
    for an icon.
    """
    rule = latest.rule
    if latest.token is None:
        return
    if rule in _INVALID:
        yield documented(CONTRACT, _VALIDATION_SENTENCE, latest)
    elif rule in _UNSENDABLE and latest.method != "OPTIONS":
        yield inferred(CONTRACT, None, latest)


def key_reused(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find an Idempotency-Key that has, or may have, started a job with another body (`CLIENT-KEY-REUSED`)."""
    if latest.operation != _START or latest.rule not in _REACHED_KEY_CHECK or latest.body_digest is None:
        return
    if latest.request_header(b"idempotency-key") is None:
        return
    first = history.start_with_another_body(latest)
    if first is not None and latest.at - first.at < REPLAY_LIFETIME:
        yield inferred(KEY_REUSED, RetrySafety.BY_KEY.sentence, first, latest)
