"""The detectors of situations: each looks at the exchanges of a journal in turn, and collects occurrences."""

import json
import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Protocol
from urllib.parse import parse_qs

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.coverage.occurrence import Occurrence, met_and_handled
from mockserver.recording.coverage.situations import GUARDED, SITUATIONS
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.history import surely_followed

_SUCCESS = range(200, 300)
_SERVER_ERROR = 500
_LIMITED = 429
_INFORMATIVE = frozenset({200, 404, 409})
_READS_OF_RESOURCE = frozenset({"getAudience", "listAudienceProspects", "getProspectingJob"})
_START, _JOB = "startProspectingJob", "getProspectingJob"
_ENDS = ("completed", "failed", "cancelled")
_NEXT_CURSOR = re.compile(rb'"nextCursor":(?:null|"([^"]*)")')


class Detector(Protocol):
    """A detector of one situation, or of several."""

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """Look at an exchange of an operation, and yield the occurrences that it begins."""


def _succeeded(exchange: Exchange) -> bool:
    return exchange.received_status in _SUCCESS


class _OpenOccurrences:
    """The occurrences without a reaction, at most one for each key."""

    def __init__(self, situation: str) -> None:
        self._situation = situation
        self._open: dict[Hashable, Occurrence] = {}

    def get(self, key: Hashable) -> Occurrence | None:
        """Return the open occurrence of a key."""
        return self._open.get(key)

    def __iter__(self) -> Iterator[tuple[Hashable, Occurrence]]:
        return iter(list(self._open.items()))

    def begin(self, key: Hashable, exchange: Exchange) -> Iterator[Occurrence]:
        """Yield a new occurrence, or add the exchange to the open one."""
        occurrence = self._open.get(key)
        if occurrence is None:
            occurrence = self._open[key] = Occurrence(self._situation)
            occurrence.exchanges.append(exchange)
            yield occurrence
        else:
            occurrence.exchanges.append(exchange)

    def end(self, key: Hashable, exchange: Exchange) -> None:
        """Note the right reaction to an occurrence, if one is open."""
        occurrence = self._open.pop(key, None)
        if occurrence is not None:
            occurrence.exchanges.append(exchange)
            occurrence.reaction = exchange

    def abandon(self, key: Hashable, exchange: Exchange) -> None:
        """End an occurrence without the right reaction."""
        self._open.pop(key).exchanges.append(exchange)


class _Guard:
    """The refusals of the guard, until an operation on the audience succeeds that the guard protects."""

    def __init__(self) -> None:
        self._open = _OpenOccurrences("guard")

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        if exchange.operation in GUARDED:
            audience = exchange.account_group_id, exchange.resource_id
            if exchange.rule == "guard" and exchange.received_status is not None:
                yield from self._open.begin(audience, exchange)
            elif _succeeded(exchange):
                self._open.end(audience, exchange)


class _LostReply:
    """The changes with an unknown outcome, until it is read, or a job start is repeated with its key."""

    def __init__(self) -> None:
        self._open = _OpenOccurrences("lost-reply")

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        for key, occurrence in self._open:
            last = occurrence.exchanges[-1]
            if exchange.began >= last.ended_for_client and _reveals(exchange, occurrence.exchanges[0]):
                self._open.end(key, exchange)
        if exchange.operation in SITUATIONS["lost-reply"].operations and exchange.is_ambiguous:
            change = exchange.operation, exchange.path, exchange.request_header(b"idempotency-key")
            yield from self._open.begin(change, exchange)


def _reveals(exchange: Exchange, change: Exchange) -> bool:
    """Return whether an exchange shows its client if a change took effect."""
    if exchange.account_group_id != change.account_group_id:
        return False
    key = change.request_header(b"idempotency-key")
    if exchange.operation == change.operation == _START:
        is_known = exchange.received_status is not None and not exchange.is_ambiguous
        return is_known and key is not None and exchange.request_header(b"idempotency-key") == key
    if exchange.operation not in OPERATIONS[change.operation or ""].observed_by:
        return False
    if exchange.operation in _READS_OF_RESOURCE:
        return exchange.received_status in _INFORMATIVE and exchange.resource_id == change.resource_id
    return _succeeded(exchange)


class _RetryAfter:
    """The responses with `Retry-After`, until the next request to which it applies."""

    def __init__(self) -> None:
        self._open = _OpenOccurrences("retry-after")

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        of_key, of_request = (exchange.token,), (exchange.token, exchange.method, exchange.path)
        for key in (of_key, of_request):
            occurrence = self._open.get(key)
            if occurrence is not None and surely_followed(occurrence.exchanges[-1], exchange):
                self._end(key, occurrence.exchanges[-1], exchange)
        if exchange.retry_after is not None and exchange.received_status is not None:
            yield from self._open.begin(of_key if exchange.status == _LIMITED else of_request, exchange)

    def _end(self, key: Hashable, before: Exchange, exchange: Exchange) -> None:
        waited = max(exchange.real - before.real, exchange.at - before.at)
        if waited >= (before.retry_after or 0):
            self._open.end(key, exchange)
        else:
            self._open.abandon(key, exchange)


class _ServerError:
    """The reads that failed, until the same request succeeds."""

    def __init__(self) -> None:
        self._open = _OpenOccurrences("server-error")

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        if exchange.operation not in SITUATIONS["server-error"].operations:
            return
        request = exchange.path, exchange.query
        status = exchange.received_status
        if status is None or status >= _SERVER_ERROR:
            yield from self._open.begin(request, exchange)
        elif status in _SUCCESS:
            self._open.end(request, exchange)


class _Replay:
    """The job starts with a key that an earlier start had."""

    def __init__(self) -> None:
        self._starts: dict[Hashable, Exchange] = {}

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        key = exchange.request_header(b"idempotency-key")
        if exchange.operation != _START or key is None:
            return
        start = exchange.account_group_id, key, exchange.body_digest
        first = self._starts.setdefault(start, exchange)
        if first is not exchange and _succeeded(exchange):
            yield Occurrence("replay", [exchange, first], exchange)


class _LastPage:
    """The lists of several pages, until their last page is read."""

    def __init__(self) -> None:
        self._open = _OpenOccurrences("last-page")

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        if exchange.operation not in SITUATIONS["last-page"].operations or not _succeeded(exchange):
            return
        sent = parse_qs(exchange.query.decode("latin-1")).get("cursor")
        if sent is None and _next_cursor(exchange):
            yield from self._open.begin(exchange.path, exchange)
        elif sent is not None and _next_cursor(exchange) == b"":
            self._open.end(exchange.path, exchange)


def _next_cursor(exchange: Exchange) -> bytes | None:
    """Return the next cursor of a page, b"" for the last page; None if the response has none."""
    found = _NEXT_CURSOR.search(exchange.response_tail or exchange.response_body)
    return None if found is None else found[1] or b""


class _JobEnds:
    """The jobs whose end was polled."""

    def __init__(self) -> None:
        self._ended: set[str] = set()

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        if exchange.operation == _JOB and _succeeded(exchange) and exchange.path not in self._ended:
            status = _job_status(exchange)
            if status in _ENDS:
                self._ended.add(exchange.path)
                yield met_and_handled(f"job-{status}", exchange)


def _job_status(exchange: Exchange) -> Any:  # noqa: ANN401  (JSON)
    try:
        return json.loads(exchange.response_body)["data"]["status"]
    except (ValueError, LookupError, TypeError):
        return None


class _Refusals:
    """The refusals of keys that lack a permission, or no longer open anything."""

    def observe(self, exchange: Exchange) -> Iterator[Occurrence]:
        """See `Detector.observe`."""
        if exchange.received_status is not None:
            if exchange.rule == "permission":
                yield met_and_handled("permission", exchange)
            elif exchange.rule == "api-key" and exchange.token is not None:
                yield met_and_handled("key-revoked", exchange)


def detectors() -> Sequence[Detector]:
    """Return a detector of each situation, before its first exchange."""
    return (_Guard(), _LostReply(), _RetryAfter(), _ServerError(), _Replay(), _LastPage(), _JobEnds(), _Refusals())
