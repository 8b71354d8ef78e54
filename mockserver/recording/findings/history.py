"""The earlier exchanges of a client, indexed for the rules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mockserver.domain.operation import OPERATIONS, RetrySafety
from mockserver.recording.exchange import Exchange
from mockserver.recording.findings.tries import Tries

IN_FLIGHT = 0.1
"""Seconds for which a request on another connection may be in flight while a response arrives."""

_RESOURCE_READS = frozenset({"getAudience", "listAudienceProspects", "getProspectingJob"})
_OK = 200
_INFORMATIVE = frozenset({200, 404, 409})
_MAY_HAVE_STARTED = frozenset({None, "internal"})

_Key = tuple[object, ...]


class History:
    """The exchanges so far, added one by one, and indexed so that no rule looks at all of them again.

    Attributes:
        horizon: The time up to which the journal may have dropped exchanges, by their end.
    """

    def __init__(self, horizon: float) -> None:
        self.horizon = horizon
        self._requests: dict[_Key, list[Exchange]] = defaultdict(list)
        self._tries: dict[_Key, Tries] = defaultdict(Tries)
        self._reads: dict[_Key, list[Exchange]] = defaultdict(list)
        self._with_retry_after: dict[_Key, list[Exchange]] = defaultdict(list)
        self._starts: dict[_Key, dict[bytes, Exchange]] = defaultdict(dict)
        self._without_permission: dict[_Key, list[Exchange]] = defaultdict(list)

    def add(self, exchange: Exchange) -> None:
        """Add an exchange."""
        operation = exchange.operation
        if operation is None or exchange.token is None:
            return
        self._requests[_identity(exchange)].append(exchange)
        is_free = OPERATIONS[operation].retry_safety is RetrySafety.FREE
        if not is_free and (key := _with_body(exchange)) is not None:
            self._tries[key].add(exchange)
        if operation == "startProspectingJob":
            self._add_start(exchange)
        if exchange.received_status is not None:
            self._add_response(exchange, operation)

    def _add_start(self, exchange: Exchange) -> None:
        digest = exchange.body_digest
        if digest is not None and exchange.rule in _MAY_HAVE_STARTED:
            starts = self._starts[_start(exchange)]
            starts.pop(digest, None)  # so that the last one of each body stands where it was sent
            starts[digest] = exchange

    def _add_response(self, exchange: Exchange, operation: str) -> None:
        if exchange.method == "GET" and exchange.received_status == _OK:
            self._reads[exchange.account_group_id, operation].append(exchange)
        if operation in _RESOURCE_READS and exchange.received_status in _INFORMATIVE:
            self._reads[exchange.account_group_id, operation, exchange.resource_id].append(exchange)
        if exchange.retry_after is not None:
            self._with_retry_after[exchange.token, exchange.status].append(exchange)
            self._with_retry_after[exchange.token, exchange.method, exchange.path].append(exchange)
        if exchange.rule == "permission":
            self._without_permission[exchange.token, operation].append(exchange)

    def same_requests(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the exchanges with the same key, operation, path and query; their bodies may differ."""
        return self._requests.get(_identity(exchange), ())

    def tries(self, exchange: Exchange) -> Tries | None:
        """Return the tries of the same request, with the same body; None if there are none, or if nobody knows."""
        key = _with_body(exchange)
        return None if key is None else self._tries.get(key)

    def start_with_another_body(self, exchange: Exchange) -> Exchange | None:
        """Return the last start in the account group with the Idempotency-Key of this one, and another body."""
        starts = self._starts.get(_start(exchange), {})
        return next((start for digest, start in reversed(starts.items()) if digest != exchange.body_digest), None)

    def without_permission(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the exchanges of the same key and operation whose response refused them for a missing permission."""
        return self._without_permission.get((exchange.token, exchange.operation), ())

    def last_retry_after(self, exchange: Exchange, status_of_all: int) -> Exchange | None:
        """Return the last exchange whose `Retry-After` applies to a request of the same key, and had arrived before it.

        Args:
            exchange: The request.
            status_of_all: The status whose `Retry-After` applies to all requests of the key.
        """
        of_all = self._with_retry_after.get((exchange.token, status_of_all), ())
        of_same = self._with_retry_after.get((exchange.token, exchange.method, exchange.path), ())
        lasts = [last for found in (of_all, of_same) if (last := _last_before(found, exchange.began)) is not None]
        return max(lasts, key=lambda last: last.number, default=None)

    def was_observed(self, after: Exchange, before: Exchange) -> bool:
        """Return whether the effect of the first exchange was read between the two: the resource itself, or a list."""
        operations = OPERATIONS[after.operation or ""].observed_by
        keys = [(read, after.resource_id) if read in _RESOURCE_READS else (read,) for read in operations]
        return any(self._was_read((after.account_group_id, *key), after, before) for key in keys)

    def was_read(self, after: Exchange, before: Exchange, operations: Iterable[str]) -> bool:
        """Return whether a read succeeded between two exchanges in their account group, by any key."""
        return any(self._was_read((after.account_group_id, operation), after, before) for operation in operations)

    def _was_read(self, key: _Key, after: Exchange, before: Exchange) -> bool:
        begin = after.ended_for_client
        for read in reversed(self._reads.get(key, ())):
            if read.ended < begin:
                return False
            if read.began >= begin and read.ended_for_client <= before.began:
                return True
        return False

    def is_complete_since(self, exchange: Exchange) -> bool:
        """Return whether the journal still has every exchange that began after the end of this one."""
        return exchange.ended_for_client >= self.horizon


def _identity(exchange: Exchange) -> _Key:
    return exchange.token, exchange.operation, exchange.path, exchange.query


def _with_body(exchange: Exchange) -> _Key | None:
    """Return the identity of a request and of its body; None if the body is not known."""
    takes_body = OPERATIONS[exchange.operation or ""].takes_body
    body = exchange.body_digest if takes_body else b""
    return None if body is None else (*_identity(exchange), body)


def _start(exchange: Exchange) -> _Key:
    return exchange.account_group_id, exchange.request_header(b"idempotency-key")


def _last_before(exchanges: Sequence[Exchange], moment: float) -> Exchange | None:
    return next((exchange for exchange in reversed(exchanges) if exchange.ended_for_client <= moment), None)


def surely_followed(first: Exchange, second: Exchange) -> bool:
    """Return whether the client knew the first response when it sent the second request.

    On one connection a response comes before the next request; across connections it takes a gap in time.
    """
    gap = second.began - first.ended_for_client
    return gap >= 0 and (gap >= IN_FLIGHT or (first.peer is not None and first.peer == second.peer))
