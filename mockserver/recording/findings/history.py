"""The earlier exchanges of a client, indexed for the rules."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.exchange import Exchange

IN_FLIGHT = 0.1
"""Seconds for which a request on another connection may be in flight while a response arrives."""

_RESOURCE_READS = frozenset({"getAudience", "listAudienceProspects", "getProspectingJob"})
_OK = 200
_INFORMATIVE = frozenset({200, 404, 409})


class History:
    """The exchanges so far, added one by one; methods return them in the order of the journal, oldest first.

    Attributes:
        horizon: The time up to which the journal may have dropped exchanges, by their end.
    """

    def __init__(self, horizon: float) -> None:
        self.horizon = horizon
        self._requests: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
        self._reads: dict[str | None, list[Exchange]] = defaultdict(list)
        self._with_retry_after: dict[object, list[Exchange]] = defaultdict(list)
        self._starts: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
        self._without_permission: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)

    def add(self, exchange: Exchange) -> None:
        """Add an exchange."""
        operation = exchange.operation
        if operation is None or exchange.token is None:
            return
        self._requests[_identity(exchange)].append(exchange)
        if exchange.method == "GET" and exchange.received_status in _INFORMATIVE:
            self._reads[exchange.account_group_id].append(exchange)
        if exchange.received_status is not None and exchange.retry_after is not None:
            self._with_retry_after[exchange.token].append(exchange)
        if operation == "startProspectingJob":
            self._starts[exchange.account_group_id, exchange.request_header(b"idempotency-key")].append(exchange)
        if exchange.rule == "permission":
            self._without_permission[exchange.token, operation].append(exchange)

    def same_requests(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the exchanges with the same key, operation, path and query; their bodies may differ."""
        return self._requests.get(_identity(exchange), ())

    def starts(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the job starts in the same account group with the same Idempotency-Key."""
        return self._starts.get((exchange.account_group_id, exchange.request_header(b"idempotency-key")), ())

    def without_permission(self, exchange: Exchange) -> Sequence[Exchange]:
        """Return the exchanges of the same key and operation that were refused for a missing permission."""
        return self._without_permission.get((exchange.token, exchange.operation), ())

    def with_retry_after(self, token: str | None) -> Iterator[Exchange]:
        """Return the exchanges of a key whose response had `Retry-After`, newest first."""
        return reversed(self._with_retry_after.get(token, ()))

    def was_observed(self, after: Exchange, before: Exchange) -> bool:
        """Return whether the effect of the first exchange was read between the two."""
        operations = OPERATIONS[after.operation or ""].observed_by
        return any(_shows_effect(read, after) for read in self.reads(after, before, operations))

    def reads(self, after: Exchange, before: Exchange, operations: frozenset[str]) -> Iterator[Exchange]:
        """Yield the reads between two exchanges in their account group, newest first, by any key."""
        begin = after.ended_for_client
        for read in reversed(self._reads.get(after.account_group_id, ())):
            if read.ended < begin:
                return
            if read.operation in operations and read.began >= begin and read.ended_for_client <= before.began:
                yield read

    def is_complete_since(self, exchange: Exchange) -> bool:
        """Return whether the journal still has every exchange that began after the end of this one."""
        return exchange.ended_for_client >= self.horizon


def _identity(exchange: Exchange) -> tuple[object, ...]:
    return exchange.token, exchange.operation, exchange.path, exchange.query


def _shows_effect(read: Exchange, change: Exchange) -> bool:
    """Return whether a read shows the effect of a change: a read of the resource itself, or a list."""
    if read.operation in _RESOURCE_READS:
        return read.resource_id == change.resource_id
    return read.received_status == _OK


def surely_followed(first: Exchange, second: Exchange) -> bool:
    """Return whether the client knew the first response when it sent the second request.

    On one connection a response comes before the next request; across connections it takes a gap in time.
    """
    gap = second.began - first.ended_for_client
    return gap >= 0 and (gap >= IN_FLIGHT or (first.peer is not None and first.peer == second.peer))
