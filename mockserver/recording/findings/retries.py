"""The rules about requests that are repeated while their outcome is unknown."""

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


def retry_unread(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find a repeated change for which a retry is not supported (`CLIENT-RETRY-UNREAD`)."""
    for first, retry in _blind_retries(history, latest, RetrySafety.UNSUPPORTED, lambda _first, _retry: True):
        yield documented(RETRY_UNREAD, RetrySafety.UNSUPPORTED.sentence, first, retry)


def start_repeated_without_key(history: History, latest: Exchange) -> Iterator[Finding]:
    """Find a repeated job start with another Idempotency-Key, or with none (`CLIENT-START-KEY`)."""
    for first, retry in _blind_retries(history, latest, RetrySafety.BY_KEY, _lacks_same_key):
        yield documented(START_KEY, RetrySafety.BY_KEY.sentence, first, retry)


def _lacks_same_key(first: Exchange, retry: Exchange) -> bool:
    key = retry.request_header(b"idempotency-key")
    return key is None or key != first.request_header(b"idempotency-key")


def _blind_retries(
    history: History, latest: Exchange, safety: RetrySafety, is_wrong: Callable[[Exchange, Exchange], bool]
) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield each wrong retry of an operation of this retry safety, with the exchange that it repeats."""
    operation = OPERATIONS.get(latest.operation or "")
    if operation is None or operation.retry_safety is not safety or latest.token is None:
        return
    for first, retry in _retries(history, latest):
        reads_known = not _was_given_up(first) or history.is_complete_since(first)
        if reads_known and is_wrong(first, retry) and not history.was_observed(first, retry):
            yield first, retry


def _retries(history: History, latest: Exchange) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield pairs of an exchange and its retry, of which the latest exchange is one.

    The latest exchange is the first of a pair if the client gave it up, and sent the retry, before it ended.
    """
    tries = history.tries(latest)
    if tries is None:
        return
    first = tries.ambiguous_before(latest)
    if first is not None:
        yield first, latest
    if _was_given_up(latest) and latest.is_ambiguous:
        later = tries.first_after(latest)
        if later is not None:
            yield latest, later


def _was_given_up(exchange: Exchange) -> bool:
    """Return whether the client gave up before the server ended; later exchanges may then precede it in the journal."""
    return exchange.ended_for_client < exchange.ended
