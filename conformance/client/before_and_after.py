"""The reads before and after a write, of a violation that was found by their comparison."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from conformance.client.contract import json_at
from conformance.results.exchange import Exchange
from conformance.results.violation import Violation

_READING = "GET"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_COMPARED = ("still ", "the other items in their order")
"""The beginnings of what is expected where two snapshots are compared."""

Pair = tuple[Exchange, Exchange]
"""A read before the write, and the same one after it."""


def reads_around(violation: Violation, exchanges: Sequence[Exchange]) -> tuple[Pair, ...]:
    """Return the reads that show the state before and after the write of a violation; none for any other violation.

    Args:
        violation: The violation. Its reads after the write show it; where it has none, those are taken that
            come out otherwise than before the write.
        exchanges: The exchanges of the run, in their order.
    """
    writes = [exchange for exchange in violation.exchanges if exchange.method not in _SAFE_METHODS]
    if len(writes) != 1 or not violation.expected.startswith(_COMPARED):
        return ()
    (write,) = writes
    earlier = {_place(one): one for one in exchanges if one.method == _READING and one.number < write.number}
    later = [one for one in violation.exchanges if one.number > write.number]
    if later:
        pairs = [(earlier[_place(read)], read) for read in later if _place(read) in earlier]
        return tuple(pairs) if len(pairs) == len(later) else ()
    return tuple(_changed_reads(earlier, write, exchanges))


def _changed_reads(
    earlier: Mapping[object, Exchange], write: Exchange, exchanges: Sequence[Exchange]
) -> Iterator[Pair]:
    """Yield the reads between a write and the next one in its account group that come out otherwise than before it."""
    later: dict[object, Exchange] = {}
    for exchange in exchanges:
        if exchange.number <= write.number or _group(exchange) != _group(write):
            continue
        if exchange.method not in _SAFE_METHODS:
            break
        later[_place(exchange)] = exchange  # the last one: a change may take time to show
    for place, read in later.items():
        if place in earlier and _shown(read) != _shown(earlier[place]):
            yield earlier[place], read


def _place(exchange: Exchange) -> object:
    """Return what a read looks at, and by which key."""
    keys = tuple(value for name, value in exchange.request_headers if name.lower() == "authorization")
    return exchange.method, exchange.url, keys


def _group(exchange: Exchange) -> str:
    """Return the account group of a request."""
    return urlsplit(exchange.url).path.partition("/accounts/")[2].partition("/")[0]


def _shown(exchange: Exchange) -> object:
    return exchange.status, json_at(exchange, "data")
