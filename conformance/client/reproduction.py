"""The steps to reproduce a violation: the requests that created and changed its resources come first."""

import heapq
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from conformance.client.before_and_after import reads_around
from conformance.client.contract import json_at
from conformance.client.json_text import parse_json
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.observations import Observations
from conformance.results.violation import Repetition, Violation

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SHOWN = 6
_WORD = re.compile(r"[\w.~-]+")


def with_reproduction_steps(
    observed: Mapping[str, Observations],
    exchanges: Iterable[Exchange],
    states: Iterable[Exchange] = (),
    *,
    whole: bool = False,
) -> Mapping[str, Observations]:
    """Return the observations, each violation with its setup requests first.

    Args:
        observed: The observations by requirement id.
        exchanges: The exchanges of the run, in their order.
        states: The requests that set provider states up, in their order.
        whole: Whether each violation gets all its requests besides, for a script that repeats it.
    """
    if not any(observations.violations for observations in observed.values()):
        return observed
    reproduction = Reproduction(exchanges, states)
    complete = reproduction.with_all_steps if whole else reproduction.with_setup
    return {
        requirement_id: replace(observations, violations=tuple(map(complete, observations.violations)))
        for requirement_id, observations in observed.items()
    }


class Reproduction:
    """The requests of a run that created or changed a resource, by its identifier."""

    def __init__(self, exchanges: Iterable[Exchange], states: Iterable[Exchange]) -> None:
        self._states = States(states)
        self._changing: defaultdict[str, list[Exchange]] = defaultdict(list)
        self._writes: list[Exchange] = []
        self._exchanges = [*exchanges]
        for exchange in self._exchanges:
            if exchange.method not in _SAFE_METHODS:
                self._writes.append(exchange)
            if exchange.method in _SAFE_METHODS or exchange.status not in SUCCESS:
                continue
            for identifier in {
                *_created_ids(exchange),
                *(text for text in _request_texts(exchange) if text in self._changing),
            }:
                self._changing[identifier].append(exchange)

    def with_setup(self, violation: Violation) -> Violation:
        """Return a violation that begins with the first and last requests that created and changed its resources.

        The provider states that created resources come first; the other provider states stand at their time.
        """
        if not violation.exchanges:
            return violation
        first = min(exchange.number for exchange in violation.exchanges)
        named = {text for exchange in violation.exchanges for text in _request_texts(exchange)}
        earlier = {
            exchange.number: exchange
            for identifier in named & self._changing.keys()
            for exchange in self._changing[identifier]
            if exchange.number < first
        }
        setup = tuple(earlier[number] for number in sorted(earlier))
        evidence = (*_first_and_last(setup), *violation.exchanges)
        creating = self._states.setup_requests(evidence)
        changing = self._states.state_changes(creating, evidence)
        in_time = heapq.merge(changing, evidence, key=lambda exchange: exchange.number)
        exchanges = (*_first_and_last(creating), *in_time)
        own = frozenset(exchange.number for exchange in violation.exchanges)
        return replace(violation, exchanges=exchanges, own=own)

    def with_all_steps(self, violation: Violation) -> Violation:
        """Return a violation with its setup, and with all requests that repeat it."""
        if not violation.exchanges:
            return violation
        pairs = reads_around(violation, self._exchanges)
        compared = (read for pair in pairs for read in pair)
        own = {exchange.number: exchange for exchange in (*violation.exchanges, *compared)}
        first, last = min(own), max(own)
        named = self._named(violation)
        listed = {group for exchange in own.values() if (group := self._listed_group(exchange))}
        steps = dict(own)
        count = 0
        while count < len(steps):  # a write may name further resources, such as a folder
            count = len(steps)
            named.update(text for step in steps.values() for text in _request_texts(step) if self._is_resource(text))
            for write in self._writes:
                if write.number < last and self._belongs(write, named, listed, own[first]):
                    steps.setdefault(write.number, write)
        evidence = [steps[number] for number in sorted(steps)]
        creating = [*self._states.setup_requests(evidence, named), *self._states.requests_in(listed)]
        states = {request.number: request for request in (*creating, *self._states.state_changes(creating, evidence))}
        states = {number: request for number, request in states.items() if number < last}
        everything = states | steps
        ordered = tuple(everything[number] for number in sorted(everything))
        compared_numbers = tuple((before.number, after.number) for before, after in pairs)
        repetition = Repetition(ordered, frozenset(own), frozenset(states), compared_numbers)
        return replace(self.with_setup(violation), repetition=repetition)

    def _named(self, violation: Violation) -> set[str]:
        """Return the identifiers of created resources in the exchanges and in the texts of a violation."""
        words = set(_WORD.findall(f"{violation.expected} {violation.actual}"))
        for exchange in violation.exchanges:
            words.update(_request_texts(exchange))
            words.update(_WORD.findall((exchange.response_body or b"").decode("utf-8", "replace")))
        return {word for word in words if word in self._changing or self._states.creates(word)}

    def _listed_group(self, exchange: Exchange) -> str | None:
        """Return the account group whose resources a request lists; None for any other request."""
        _, accounts, rest = urlsplit(exchange.url).path.partition("/accounts/")
        group, *segments = map(unquote, rest.split("/"))
        is_list = exchange.method == "GET" and accounts and not any(self._is_resource(text) for text in segments)
        return group if is_list else None

    def _is_resource(self, text: str) -> bool:
        return text in self._changing or self._states.creates(text)

    def _belongs(self, write: Exchange, named: set[str], listed: set[str], first: Exchange) -> bool:
        """Whether a write belongs to the steps: it succeeded before the first exchange of the check, or came after it.

        A write that was under way when the first was sent is no preparation: sent alone, it may have another effect.
        """
        is_before = write.number < first.number
        if is_before and (write.status not in SUCCESS or _were_concurrent(write, first)):
            return False
        texts = {*_request_texts(write), *_created_ids(write)}
        return not (named | listed).isdisjoint(texts)


def _were_concurrent(earlier: Exchange, later: Exchange) -> bool:
    """Whether a request was under way when another was sent; no, where the times are unknown."""
    return 0 < later.started < earlier.ended


class States:
    """The requests that set provider states up, by the keys and identifiers in their responses."""

    def __init__(self, requests: Iterable[Exchange]) -> None:
        self._requests = tuple(requests)
        self._index_of: dict[str, int] = {}
        for index, request in enumerate(self._requests):
            for text in _texts(request.response_body):
                self._index_of.setdefault(text, index)
        self._changes = [
            (request, frozenset(_changed_ids(request)))
            for request in self._requests
            if not any(_texts(request.response_body))
        ]

    def creates(self, text: str) -> bool:
        """Return whether a request created the resource of an identifier."""
        return text in self._index_of

    def requests_in(self, groups: Collection[str]) -> Iterator[Exchange]:
        """Yield the requests that created something in one of some account groups."""
        for request in self._requests:
            if not set(groups).isdisjoint(_texts(request.response_body)):
                yield request

    def setup_requests(self, evidence: Iterable[Exchange], named: Iterable[str] = ()) -> Sequence[Exchange]:
        """Return the requests that created the resources of these exchanges, and their parameters, in their order.

        Args:
            evidence: The exchanges.
            named: Further identifiers of resources.
        """
        pending = [*named]
        pending += [text for exchange in evidence for text in (*_request_texts(exchange), *_tokens(exchange))]
        indexes: set[int] = set()
        while pending:
            index = self._index_of.get(pending.pop())
            if index is not None and index not in indexes:
                indexes.add(index)
                pending += _parameters(self._requests[index])
        return [self._requests[index] for index in sorted(indexes)]

    def state_changes(self, creating: Iterable[Exchange], evidence: Sequence[Exchange]) -> Iterator[Exchange]:
        """Yield the requests before the last exchange that only changed a key or a job of these exchanges."""
        names = {text for request in creating for text in _texts(request.response_body)}
        names.update(
            text
            for exchange in evidence
            for text in (*_request_texts(exchange), *_tokens(exchange), *_created_ids(exchange))
        )
        for request, changed in self._changes:
            if request.number < evidence[-1].number and not names.isdisjoint(changed):
                yield request


def _first_and_last(exchanges: Sequence[Exchange]) -> Sequence[Exchange]:
    """Return the first and the last three: the creating requests come first, and matter most."""
    return exchanges if len(exchanges) <= _SHOWN else (*exchanges[: _SHOWN // 2], *exchanges[-_SHOWN // 2 :])


def _created_ids(exchange: Exchange) -> Iterator[str]:
    """Yield the identifiers of the resource that a request created, if any."""
    for name in ("id", "jobId"):
        identifier = json_at(exchange, "data", name)
        if isinstance(identifier, str) and identifier:
            yield identifier


def _request_texts(exchange: Exchange) -> Iterator[str]:
    """Yield the possible identifiers in a request: the segments of its path, and the texts of its body."""
    yield from map(unquote, urlsplit(exchange.url).path.split("/"))
    yield from _texts(exchange.request_body)


def _tokens(exchange: Exchange) -> Iterator[str]:
    """Yield the API key of a request."""
    yield from (value.partition(" ")[2] for name, value in exchange.request_headers if name.lower() == "authorization")


def _parameters(request: Exchange) -> Iterator[str]:
    """Yield the parameters of a provider state."""
    yield from _texts(json.dumps(json.loads(request.request_body or b"{}").get("params")).encode())


def _changed_ids(request: Exchange) -> Iterator[str]:
    """Yield the key or the job that a provider state changed."""
    params = json.loads(request.request_body or b"{}").get("params", {})
    yield from (params[name] for name in ("apiKey", "jobId") if name in params)


def _texts(body: bytes | None) -> Iterator[str]:
    """Yield the text members of a JSON object."""
    try:
        document = parse_json(body or b"null")
    except ValueError:
        return
    if isinstance(document, dict):
        yield from (value for value in document.values() if isinstance(value, str))
