"""The exchanges so far, found by what the rules ask for."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from mockserver.domain.operation import OPERATIONS
from mockserver.recording.exchange import Exchange

IN_FLIGHT = 0.1
"""Seconds in which a request on another connection may have been on its way while an answer came."""

_SHOWS_ONE = frozenset({"getAudience", "listAudienceProspects", "getProspectingJob"})
_OK = 200
_TELLING = frozenset({200, 404, 409})


class History:
    """Grows by one exchange at a time. What it answers is in the order of the journal, oldest first.

    `horizon`: of what ended up to then, the journal may have dropped something.
    """

    def __init__(self, horizon: float) -> None:
        self.horizon = horizon
        self._requests: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
        self._reads: dict[str | None, list[Exchange]] = defaultdict(list)
        self._patience: dict[object, list[Exchange]] = defaultdict(list)
        self._starts: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)
        self._lacking: dict[tuple[object, ...], list[Exchange]] = defaultdict(list)

    def add(self, one: Exchange) -> None:
        """Take an exchange in."""
        operation = one.operation
        if operation is None or one.token is None:
            return
        self._requests[_request(one)].append(one)
        if one.method == "GET" and one.answered in _TELLING:
            self._reads[one.group].append(one)
        if one.answered is not None and one.retry_after is not None:
            self._patience[one.token].append(one)
        if operation == "startProspectingJob":
            self._starts[one.group, one.request_header(b"idempotency-key")].append(one)
        if one.rule == "permission":
            self._lacking[one.token, operation].append(one)

    def same_requests(self, as_this: Exchange) -> Sequence[Exchange]:
        """Those with the same key, operation, path and query; their bodies may differ."""
        return self._requests.get(_request(as_this), ())

    def starts(self, as_this: Exchange) -> Sequence[Exchange]:
        """The job starts in the same account group with the same Idempotency-Key."""
        return self._starts.get((as_this.group, as_this.request_header(b"idempotency-key")), ())

    def lacking(self, as_this: Exchange) -> Sequence[Exchange]:
        """Those of the same key and operation that were refused for want of the permission."""
        return self._lacking.get((as_this.token, as_this.operation), ())

    def asking_for_patience(self, token: str | None) -> Iterator[Exchange]:
        """Those of a key that were answered with `Retry-After`, newest first."""
        return reversed(self._patience.get(token, ()))

    def looked(self, after: Exchange, before: Exchange) -> bool:
        """Whether anybody has seen, between two exchanges, what became of the first one's resource."""
        operations = OPERATIONS[after.operation or ""].seen_by
        return any(_shows(read, after) for read in self.reads(after, before, operations))

    def reads(self, after: Exchange, before: Exchange, operations: frozenset[str]) -> Iterator[Exchange]:
        """What was read in the account group of two exchanges between them, newest first, by whatever key."""
        for read in reversed(self._reads.get(after.group, ())):
            if read.ended < after.over:
                return
            if read.operation in operations and read.began >= after.over and read.over <= before.began:
                yield read

    def is_complete_since(self, one: Exchange) -> bool:
        """Whether nothing that began after an exchange was over can have been dropped."""
        return one.over >= self.horizon


def _request(one: Exchange) -> tuple[object, ...]:
    return one.token, one.operation, one.path, one.query


def _shows(read: Exchange, of: Exchange) -> bool:
    """Whether a read tells what has become of the resource: the thing itself, or a list."""
    if read.operation in _SHOWS_ONE:
        return read.item == of.item
    return read.answered == _OK


def surely_followed(first: Exchange, second: Exchange) -> bool:
    """Whether the client knew the answer of the first when it sent the second.

    Of two connections that is known only some time later; on one, an answer comes before the next request.
    """
    gap = second.began - first.over
    return gap >= 0 and (gap >= IN_FLIGHT or (first.peer is not None and first.peer == second.peer))
