"""Where what a finding names came from: the requests that made it, so that its commands begin at the beginning."""

import heapq
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from conformance.client.contract import json_at
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Violation

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST = 6


def with_reproduction_steps(
    observed: Mapping[str, Observations], exchanges: Iterable[Exchange], states: Iterable[Exchange] = ()
) -> Mapping[str, Observations]:
    """What was seen, each finding beginning where what it names does.

    `exchanges`: of the run, in order; `states`: the requests that have set states up, in theirs.
    """
    if not any(one.violations for one in observed.values()):
        return observed
    origins = Reproduction(exchanges, states)
    return {
        row: replace(one, violations=tuple(map(origins.with_setup, one.violations))) for row, one in observed.items()
    }


class Reproduction:
    """What was made and changed in a run, by the identifiers that the target gave out for it."""

    def __init__(self, exchanges: Iterable[Exchange], states: Iterable[Exchange]) -> None:
        self._states = States(states)
        self._of: defaultdict[str, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            if exchange.method in _READING or exchange.status not in SUCCESS:
                continue
            for identifier in {*_answered(exchange), *(one for one in _named(exchange) if one in self._of)}:
                self._of[identifier].append(exchange)

    def with_setup(self, finding: Violation) -> Violation:
        """A finding with what made and changed, before its first request, what it names: the first and last of these.

        What the states have made comes before all that, what else they did to it in its place.
        """
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
        evidence = (*_some(before), *finding.exchanges)
        makers = self._states.behind(evidence)
        told = self._states.told(makers, evidence)
        in_time = heapq.merge(told, evidence, key=lambda exchange: exchange.number)
        return replace(finding, exchanges=(*_some(makers), *in_time))


class States:
    """The requests that have set states up, by the keys and identifiers that were answered."""

    def __init__(self, requests: Iterable[Exchange]) -> None:
        self._requests = tuple(requests)
        self._of: dict[str, int] = {}
        for place, request in enumerate(self._requests):
            for value in _texts(request.response_body):
                self._of.setdefault(value, place)
        self._changes = [
            (request, frozenset(_changed(request)))
            for request in self._requests
            if not any(_texts(request.response_body))
        ]

    def behind(self, evidence: Iterable[Exchange]) -> Sequence[Exchange]:
        """Those that have made what these exchanges name, and what they named for that themselves; in their order."""
        pending = [name for exchange in evidence for name in (*_named(exchange), *_tokens(exchange))]
        found: set[int] = set()
        while pending:
            place = self._of.get(pending.pop())
            if place is not None and place not in found:
                found.add(place)
                pending += _params(self._requests[place])
        return [self._requests[place] for place in sorted(found)]

    def told(self, makers: Iterable[Exchange], evidence: Sequence[Exchange]) -> Iterator[Exchange]:
        """Those that have made nothing, but changed a key or a job that is named here, before the last exchange."""
        names = {value for maker in makers for value in _texts(maker.response_body)}
        names.update(
            name for exchange in evidence for name in (*_named(exchange), *_tokens(exchange), *_answered(exchange))
        )
        for request, changed in self._changes:
            if request.number < evidence[-1].number and not names.isdisjoint(changed):
                yield request


def _some(exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
    """The first and the last few: what made something matters most, and came first."""
    return exchanges if len(exchanges) <= _MOST else (*exchanges[: _MOST // 2], *exchanges[-_MOST // 2 :])


def _answered(exchange: Exchange) -> Iterator[str]:
    """What a request has made, if it made something."""
    for name in ("id", "jobId"):
        identifier = json_at(exchange, "data", name)
        if isinstance(identifier, str) and identifier:
            yield identifier


def _named(exchange: Exchange) -> Iterator[str]:
    """Whatever may be an identifier in a request: the segments of its path, and the texts of its body."""
    yield from map(unquote, urlsplit(exchange.url).path.split("/"))
    yield from _texts(exchange.request_body)


def _tokens(exchange: Exchange) -> Iterator[str]:
    """The key that a request carries."""
    yield from (value.partition(" ")[2] for name, value in exchange.request_headers if name.lower() == "authorization")


def _params(request: Exchange) -> Iterator[str]:
    """What a state was set up with."""
    yield from _texts(json.dumps(json.loads(request.request_body or b"{}").get("params")).encode())


def _changed(request: Exchange) -> Iterator[str]:
    """The key or the job that a state was set up for."""
    params = json.loads(request.request_body or b"{}").get("params", {})
    yield from (params[name] for name in ("apiKey", "jobId") if name in params)


def _texts(body: bytes | None) -> Iterator[str]:
    """The members of a JSON object that are texts."""
    try:
        document = json.loads(body or b"null")
    except ValueError:
        return
    if isinstance(document, dict):
        yield from (value for value in document.values() if isinstance(value, str))
