"""What was sent again though its outcome was not known."""

from collections.abc import Callable, Iterator

from mockserver.domain.operation import OPERATIONS, RetrySafety
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.history import History
from mockserver.recording.findings.rule import Finding, Rule, documented

RETRY_UNREAD = Rule(
    "CLIENT-RETRY-UNREAD",
    "A request that is not idempotent was repeated after an outcome that the client cannot have known, and nobody had "
    "read the resource in between.",
    "Read the resource, or the list that it stands in, before you send the request again.",
)
START_KEY = Rule(
    "CLIENT-START-KEY",
    "A job start was repeated after an outcome that the client cannot have known, without the Idempotency-Key of the "
    "first try, and nobody had listed the jobs in between.",
    "Choose an Idempotency-Key before the first try, and send it with every retry of the same start.",
)

_WITHOUT_EFFECT = frozenset({"http", "route", "method", "api-key", "rate-limit", "permission", "size", "media-type"})
_INVALID = frozenset({"validation", "account-group"})


def retried_unread(history: History, latest: Exchange) -> Iterator[Finding]:
    """A change whose repetition is not supported (`CLIENT-RETRY-UNREAD`)."""
    for first, again in _blind_retries(history, latest, RetrySafety.UNSUPPORTED, lambda _first, _again: True):
        yield documented(RETRY_UNREAD, RetrySafety.UNSUPPORTED.sentence, first, again)


def start_repeated_without_key(history: History, latest: Exchange) -> Iterator[Finding]:
    """A job start with a new Idempotency-Key, or with none (`CLIENT-START-KEY`)."""
    for first, again in _blind_retries(history, latest, RetrySafety.BY_KEY, _differ_in_key):
        yield documented(START_KEY, RetrySafety.BY_KEY.sentence, first, again)


def _differ_in_key(first: Exchange, again: Exchange) -> bool:
    key = again.request_header(b"idempotency-key")
    return key is None or key != first.request_header(b"idempotency-key")


def _blind_retries(
    history: History, latest: Exchange, repeating: RetrySafety, wrong: Callable[[Exchange, Exchange], bool]
) -> Iterator[tuple[Exchange, Exchange]]:
    operation = OPERATIONS.get(latest.operation or "")
    if operation is None or operation.repeating is not repeating or latest.token is None:
        return
    for first, again in _retries(history, latest):
        known = not _given_up(first) or history.is_complete_since(first)
        if known and wrong(first, again) and not history.looked(first, again):
            yield first, again


def _retries(history: History, latest: Exchange) -> Iterator[tuple[Exchange, Exchange]]:
    """What the latest exchange repeats; and what repeats it, where the client had given it up before it ended."""
    same = [one for one in history.same_requests(latest) if _same_body(one, latest)]
    first = _left_open(same, latest)
    if first is not None:
        yield first, latest
    if _given_up(latest) and latest.is_ambiguous:
        after = [one for one in same if one.began >= latest.over]
        if after:
            yield latest, min(after, key=lambda one: one.began)


def _given_up(one: Exchange) -> bool:
    """Whether it was over for the client before the server was done, so that later exchanges may stand before it."""
    return one.over < one.ended


def _left_open(same: list[Exchange], latest: Exchange) -> Exchange | None:
    """The exchange whose outcome was open when the same request was sent again; None where a later one has told it."""
    for one in sorted(same, key=lambda one: one.over, reverse=True):
        if one.over <= latest.began:
            if one.is_ambiguous:
                return one
            if one.rule not in _WITHOUT_EFFECT | _INVALID:
                return None
    return None


def _same_body(first: Exchange, second: Exchange) -> bool:
    """Whether two requests have the same body, as far as that is known: what is not known is not the same."""
    if not OPERATIONS[first.operation or ""].takes_body:
        return True
    body = first.canonical_body
    return body is not None and body == second.canonical_body
