"""Where what a finding names came from: the requests that made it, so that its commands begin at the beginning."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from conformance.verdicts import Exchange, Finding, Observed
from conformance.wire import member

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_SUCCESS = range(200, 300)
_MOST = 6


def with_origins(observed: Mapping[str, Observed], exchanges: Iterable[Exchange]) -> Mapping[str, Observed]:
    """What was seen, each finding beginning where what it names does; `exchanges`: of the run, in order."""
    if not any(one.findings for one in observed.values()):
        return observed
    origins = Origins(exchanges)
    return {row: replace(one, findings=tuple(map(origins.traced, one.findings))) for row, one in observed.items()}


class Origins:
    """What was made and changed in a run, by the identifiers that the target gave out for it."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._of: defaultdict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            if exchange.method in _READING or exchange.status not in _SUCCESS:
                continue
            for identifier in {*_answered(exchange), *(one for one in _named(exchange) if one in self._of)}:
                self._of[identifier].append(exchange)

    def traced(self, finding: Finding) -> Finding:
        """A finding with what made and changed, before its first request, what it names: the last few of these."""
        if not finding.exchanges:
            return finding
        first = min(exchange.number for exchange in finding.exchanges)
        named = {one for exchange in finding.exchanges for one in _named(exchange)}
        earlier = {
            exchange.number: exchange
            for identifier in named & self._of.keys()
            for exchange in self._of[identifier]
            if exchange.number < first
        }
        before = tuple(earlier[number] for number in sorted(earlier))
        # What made something matters most: it came first.
        kept = before if len(before) <= _MOST else (*before[: _MOST // 2], *before[-_MOST // 2 :])
        return replace(finding, exchanges=(*kept, *finding.exchanges))


def _answered(exchange: Exchange) -> Iterator[str]:
    """What a request has made, if it made something."""
    for name in ("id", "jobId"):
        identifier = member(exchange, "data", name)
        if isinstance(identifier, str) and identifier:
            yield identifier


def _named(exchange: Exchange) -> Iterator[str]:
    """Whatever may be an identifier in a request: the segments of its path, and the texts of its body."""
    yield from urlsplit(exchange.url).path.split("/")
    try:
        body = json.loads(exchange.request_body or b"null")
    except ValueError:
        return
    if isinstance(body, dict):
        yield from (value for value in body.values() if isinstance(value, str))
