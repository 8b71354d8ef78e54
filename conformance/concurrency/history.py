"""What several clients did at once, and what was read afterwards: a history, to be held against the model."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from conformance.client.client import Call
from conformance.concurrency.linearizability import Operation, Result, Verdict, check
from conformance.harness.context import Audience, Key, Situation
from conformance.harness.model_adapter import answered, asked
from conformance.harness.snapshots import pages_of
from conformance.harness.violations import consistent
from conformance.model import (
    Event,
    Level,
    OperationId,
    ProspectingEnded,
    Request,
    Response,
    State,
    Validity,
    advance,
    step,
)
from conformance.results.verdicts import Exchange, Finding

_ESTABLISHED = Response(200)
_MANY_PAGES, _MANY_STATES = 20, 50_000
Asked = Request | Event
Found = Result[State, Asked, Response]


@dataclass(frozen=True, slots=True)
class Done:
    """One request, or one provider state, from when to when it took, and the exchanges that it consisted of."""

    operation: Operation[Asked, Response]
    exchanges: tuple[Exchange, ...] = ()

    @property
    def target(self) -> str:
        """What its path names beside the account group."""
        return self.operation.request.target if isinstance(self.operation.request, Request) else ""


class History:
    """Begins with what is known already. It may be written by several threads."""

    def __init__(self, situation: Situation, *before: Event) -> None:
        self._situation = situation
        self._states = frozenset({State()})
        for event in before:
            self._states = advance(self._states, event, _ESTABLISHED).states
        self._numbers = itertools.count()
        self._done: list[Done] = []

    @property
    def exchanges(self) -> list[Exchange]:
        """All that were recorded, in the order in which their responses came."""
        return sorted((one for done in self._done for one in done.exchanges), key=lambda one: one.number)

    def of(self, operation: OperationId) -> Iterator[tuple[Done, Exchange]]:
        """What was done of one operation, with its last exchange."""
        for done in self._done:
            if isinstance(done.operation.request, Request) and done.operation.request.operation is operation:
                yield done, done.exchanges[-1]

    def at_once(self, acts: Sequence[Callable[[], object]]) -> None:
        """Let clients act side by side, all starting together."""
        barrier = threading.Barrier(len(acts))

        def one(act: Callable[[], object]) -> None:
            barrier.wait()
            act()

        with ThreadPoolExecutor(len(acts)) as pool:
            for _ in pool.map(one, acts):
                pass

    def send(self, call: Call, validity: Validity = Validity.VALID) -> Exchange:
        """Send a request."""
        start = time.monotonic()
        exchange = self._situation.client.send(call)
        self._keep(asked(call, validity), answered(call.operation, exchange), start, exchange)
        return exchange

    def read(self, operation: OperationId, key: Key) -> None:
        """Read a list to its last page."""
        start = time.monotonic()
        pages = tuple(islice(pages_of(self._situation, operation, key), _MANY_PAGES))
        request = asked(Call(operation, key.token, key.group))
        self._keep(request, answered(operation, *pages), start, *pages)

    def end(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience, by the target's own word."""
        start = time.monotonic()
        self._situation.end(audience, outcome)
        self._keep(ProspectingEnded(audience.group, str(audience.job), outcome), _ESTABLISHED, start)

    def _keep(self, request: Asked, response: Response | None, start: float, *exchanges: Exchange) -> None:
        end = None if response is None else time.monotonic()
        self._done.append(Done(Operation(next(self._numbers), request, start, response, end), exchanges))

    def rows(self) -> list[str]:
        """The rows that say, for each operation, that what it answers can be explained."""
        requests = (done.operation.request for done in self._done)
        operations = dict.fromkeys(one.operation for one in requests if isinstance(one, Request))
        return [consistent(one) for one in operations]

    def check(self) -> Found:
        """Whether all of it may have happened one after the other."""
        history = [done.operation for done in self._done]
        return check(history, self._states, partial(step, level=Level.SHOULD), _MANY_STATES)

    def finding(self, found: Found) -> Finding | None:
        """What cannot be put into any order; None where all can, or nobody knows."""
        if found.verdict is not Verdict.ILLEGAL or found.failing is None:
            return None
        request, response = found.failing.request, found.failing.response
        violations = advance(found.states, request, response).violations
        named = [one.requirement for one in violations]
        operation = _operation_of(named[0] if named else "", request)
        expected = f"an order of {len(self._done)} requests, some at once, that explains every answer"
        against = "; ".join(f"{one.expected} ({one.requirement})" for one in violations)
        came_back = f"none does: {_said(request)} was answered {response}, after what had to come first: {against}"
        return Finding(consistent(operation), expected, came_back, tuple(self.exchanges))


def _said(request: Asked) -> str:
    return request.operation.wire if isinstance(request, Request) else "a provider state"


def _operation_of(requirement: str, request: Asked) -> OperationId:
    """The operation whose requirement is broken, else the one that was asked for."""
    for operation in OperationId:
        if requirement.startswith(f"{operation.prefix}-"):
            return operation
    return request.operation if isinstance(request, Request) else OperationId.DELETE_AUDIENCE
