"""The tries of one request: the same key, operation, path, query and body."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from operator import attrgetter

from mockserver.recording.exchange import Exchange

_WITHOUT_EFFECT = frozenset({"http", "route", "method", "api-key", "rate-limit", "permission", "size", "media-type"})
_INVALID = frozenset({"validation", "account-group"})

_END = attrgetter("ended_for_client")
_BEGIN = attrgetter("began")


class Tries:
    """The tries so far, in order, so that the one that matters is found without looking at all others."""

    def __init__(self) -> None:
        self._telling: list[Exchange] = []
        self._by_begin: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        """Add a try."""
        _insert(self._by_begin, exchange, _BEGIN)
        if exchange.is_ambiguous or exchange.rule not in _WITHOUT_EFFECT | _INVALID:
            _insert(self._telling, exchange, _END)

    def ambiguous_before(self, latest: Exchange) -> Exchange | None:
        """Return the try whose outcome was unknown when the latest was sent; None if a later one revealed it."""
        index = bisect_right(self._telling, latest.began, key=_END)
        last = self._telling[index - 1] if index else None
        return last if last is not None and last.is_ambiguous else None

    def first_after(self, latest: Exchange) -> Exchange | None:
        """Return the first try that began after the client had given the latest up."""
        index = bisect_left(self._by_begin, latest.ended_for_client, key=_BEGIN)
        return self._by_begin[index] if index < len(self._by_begin) else None


def _insert(exchanges: list[Exchange], exchange: Exchange, moment: Callable[[Exchange], float]) -> None:
    exchanges.insert(bisect_right(exchanges, moment(exchange), key=moment), exchange)
