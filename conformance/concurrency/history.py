"""What several clients did at once, and what was read afterwards: a history, to be held against the model."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.concurrency.linearizability import Operation, Outcome, Result, check
from conformance.harness.context import Audience, CheckContext
from conformance.harness.key import Key
from conformance.harness.model_adapter import to_model_request, to_model_response
from conformance.harness.snapshots import pages_of
from conformance.harness.violations import consistent
from conformance.model.events import Event, ProspectingEnded
from conformance.model.judge import advance, step
from conformance.model.messages import Request, Response, Validity
from conformance.model.state import State
from conformance.model.violation import Severity
from conformance.results.exchange import Exchange
from conformance.results.violation import Violation

_ESTABLISHED = Response(200)
_MANY_PAGES, _MANY_STATES = 20, 50_000
Asked = Request | Event
Found = Result[State, Asked, Response]


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """One request, or one provider state, from when to when it took, and the exchanges that it consisted of."""

    operation: Operation[Asked, Response]
    exchanges: tuple[Exchange, ...] = ()

    @property
    def resource_id(self) -> str:
        """What its path names beside the account group."""
        return self.operation.request.resource_id if isinstance(self.operation.request, Request) else ""


class History:
    """The recorded operations of several clients, which may run in threads.

    `about` is the operation that the history is about, `before` are the events that came first.
    """

    def __init__(self, context: CheckContext, about: OperationSpec, *before: Event) -> None:
        self._context = context
        self._about = about
        self._states = frozenset({State()})
        for event in before:
            self._states = advance(self._states, event, _ESTABLISHED).states
        self._numbers = itertools.count()
        self._done: list[RecordedOperation] = []

    @property
    def exchanges(self) -> list[Exchange]:
        """All that were recorded, in the order in which their responses came."""
        return sorted((one for done in self._done for one in done.exchanges), key=lambda one: one.number)

    def of(self, operation: OperationSpec) -> Iterator[tuple[RecordedOperation, Exchange]]:
        """What was done of one operation, with its last exchange."""
        for done in self._done:
            if isinstance(done.operation.request, Request) and done.operation.request.operation is operation:
                yield done, done.exchanges[-1]

    def run_concurrently(self, acts: Sequence[Callable[[], object]]) -> None:
        """Let clients act side by side, all starting together."""
        barrier = threading.Barrier(len(acts))

        def one(act: Callable[[], object]) -> None:
            barrier.wait()
            act()

        with ThreadPoolExecutor(len(acts)) as pool:
            for _ in pool.map(one, acts):
                pass

    def send(self, call: ApiRequest, validity: Validity = Validity.VALID) -> Exchange:
        """Send a request."""
        start = time.monotonic()
        exchange = self._context.client.send(call)
        self._keep(to_model_request(call, validity), to_model_response(call.operation, exchange), start, exchange)
        return exchange

    def read(self, operation: OperationSpec, key: Key) -> None:
        """Read a list to its last page."""
        start = time.monotonic()
        pages = tuple(islice(pages_of(self._context, operation, key), _MANY_PAGES))
        request = to_model_request(ApiRequest(operation, key.token, key.group))
        self._keep(request, to_model_response(operation, *pages), start, *pages)

    def end(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience, by the target's own word."""
        start = time.monotonic()
        self._context.end_job(audience, outcome)
        self._keep(ProspectingEnded(audience.group, str(audience.job), outcome), _ESTABLISHED, start)

    def _keep(self, request: Asked, response: Response | None, start: float, *exchanges: Exchange) -> None:
        end = None if response is None else time.monotonic()
        self._done.append(RecordedOperation(Operation(next(self._numbers), request, start, response, end), exchanges))

    def requirement_ids(self) -> list[str]:
        """The rows that say, for each operation, that what it answers can be explained."""
        return [consistent(operation) for operation in self._requested()]

    def check(self) -> Found:
        """Whether all of it may have happened one after the other."""
        history = [done.operation for done in self._done]
        return check(history, self._states, partial(step, level=Severity.SHOULD), _MANY_STATES)

    def violation(self, found: Found) -> Violation | None:
        """What cannot be put into any order; None where all can, or nobody knows."""
        if found.outcome is not Outcome.ILLEGAL or found.failing is None:
            return None
        request, response = found.failing.request, found.failing.response
        violations = advance(found.states, request, response).violations
        named = [one.requirement for one in violations]
        operation = self._operation_of(named[0] if named else "", request)
        expected = f"an order of {len(self._done)} requests, some at once, that explains every answer"
        against = "; ".join(f"{one.expected} ({one.requirement})" for one in violations)
        came_back = f"none does: {_said(request)} was answered {response}, after what had to come first: {against}"
        return Violation(consistent(operation), expected, came_back, tuple(self.exchanges))

    def _operation_of(self, requirement: str, request: Asked) -> OperationSpec:
        """Return the operation whose requirement is broken, else the requested one."""
        for operation in self._requested():
            if requirement.startswith(operation.requirement("")):
                return operation
        return request.operation if isinstance(request, Request) else self._about

    def _requested(self) -> list[OperationSpec]:
        requests = (done.operation.request for done in self._done)
        return list(dict.fromkeys(request.operation for request in requests if isinstance(request, Request)))


def _said(request: Asked) -> str:
    return request.operation.id if isinstance(request, Request) else "a provider state"
