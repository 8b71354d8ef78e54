"""The history of concurrent clients, and of the reads afterwards, to be checked against the model."""

import itertools
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.concurrency.linearizability import Outcome, SearchResult, TimedOperation, check
from conformance.concurrency.relaxation import Action, Operation, decisive_bodies
from conformance.harness.context import Audience, CheckContext
from conformance.harness.key import Key
from conformance.harness.model_adapter import to_model_request, to_model_response
from conformance.harness.snapshots import follow_cursors
from conformance.harness.violations import consistent
from conformance.model.events import Event, ProspectingEnded
from conformance.model.judge import advance, step
from conformance.model.messages import Request, Response, Validity
from conformance.model.state import State
from conformance.model.violation import Severity
from conformance.results.exchange import Exchange
from conformance.results.timeline import Timeline, TimelineOperation, effect_points
from conformance.results.violation import Violation

_ESTABLISHED = Response(200)
_MOST_PAGES, _MOST_STATES, _MOST_STATES_FOR_SCRIPT = 20, 50_000, 2_000
Result = SearchResult[State, Action, Response]


@dataclass(frozen=True, slots=True)
class RecordedOperation:
    """A request or a provider state, with its interval and its client, and the exchanges that it consisted of."""

    operation: TimedOperation[Action, Response]
    client: int
    exchanges: tuple[Exchange, ...] = ()

    @property
    def resource_id(self) -> str:
        """The identifier that its path names beside the account group."""
        return self.operation.request.resource_id if isinstance(self.operation.request, Request) else ""


class History:
    """The recorded operations of several clients, which may run in threads.

    Args:
        context: The context of the check.
        about: The operation that the history is about.
        before: The events before the history.
    """

    def __init__(self, context: CheckContext, about: OperationSpec, *before: Event) -> None:
        self._context = context
        self._about = about
        self._states = frozenset({State()})
        for event in before:
            self._states = advance(self._states, event, _ESTABLISHED).states
        self._numbers = itertools.count()
        self._recorded: list[RecordedOperation] = []
        self._clients: dict[int, int] = {}

    @property
    def exchanges(self) -> list[Exchange]:
        """All recorded exchanges, in the order of their responses."""
        return sorted(
            (exchange for recorded in self._recorded for exchange in recorded.exchanges),
            key=lambda exchange: exchange.number,
        )

    def of(self, operation: OperationSpec) -> Iterator[tuple[RecordedOperation, Exchange]]:
        """Yield the recorded requests of an operation, each with its last exchange."""
        for recorded in self._recorded:
            request = recorded.operation.request
            if isinstance(request, Request) and request.operation is operation:
                yield recorded, recorded.exchanges[-1]

    def run_concurrently(self, actions: Sequence[Callable[[], object]]) -> None:
        """Run the actions of clients in threads that start together."""
        barrier = threading.Barrier(len(actions))

        def run(action: Callable[[], object]) -> None:
            barrier.wait()
            action()

        with ThreadPoolExecutor(len(actions)) as pool:
            for _ in pool.map(run, actions):
                pass

    def send(self, call: ApiRequest, validity: Validity = Validity.VALID) -> Exchange:
        """Send a request, and record it."""
        start = time.monotonic()
        exchange = self._context.client.send(call)
        self._record(to_model_request(call, validity), to_model_response(call.operation, exchange), start, exchange)
        return exchange

    def read(self, operation: OperationSpec, key: Key) -> None:
        """Read all pages of a list, and record them as one operation."""
        start = time.monotonic()
        pages = tuple(islice(follow_cursors(self._context, operation, key), _MOST_PAGES))
        request = to_model_request(ApiRequest(operation, key.token, key.group))
        self._record(request, to_model_response(operation, *pages), start, *pages)

    def end(self, audience: Audience, outcome: str) -> None:
        """End the prospecting of an audience by a provider state, and record it."""
        start = time.monotonic()
        self._context.end_job(audience, outcome)
        self._record(ProspectingEnded(audience.group, str(audience.job), outcome), _ESTABLISHED, start)

    def _record(self, request: Action, response: Response | None, start: float, *exchanges: Exchange) -> None:
        end = None if response is None else time.monotonic()
        self._recorded.append(
            RecordedOperation(
                TimedOperation(next(self._numbers), request, start, response, end), self._client(), exchanges
            )
        )

    def _client(self) -> int:
        """Return the number of the client that runs in this thread."""
        return self._clients.setdefault(threading.get_ident(), len(self._clients) + 1)

    def _timeline(self, result: Result) -> Timeline:
        """Return all recorded operations, with their places in the longest order that was found."""
        points = effect_points([operation.start for operation in result.prefix])
        places = {operation.index: place for place, operation in enumerate(result.prefix)}
        zero = min(recorded.operation.start for recorded in self._recorded)
        return tuple(
            TimelineOperation(
                client=recorded.client,
                label=_label(recorded.operation),
                start=recorded.operation.start - zero,
                end=None if recorded.operation.end is None else recorded.operation.end - zero,
                place=None if place is None else place + 1,
                effect=None if place is None else points[place] - zero,
                fits=recorded.operation is not result.failing,
            )
            for recorded in sorted(self._recorded, key=lambda recorded: recorded.operation.start)
            for place in [places.get(recorded.operation.index)]
        )

    def requirement_ids(self) -> list[str]:
        """Return the requirements that earlier requests explain the responses, of each requested operation."""
        return [consistent(operation) for operation in self._requested_operations()]

    def check(self) -> Result:
        """Search for an order of the recorded operations that the model allows.

        Raises:
            NotEstablishedError: The deadline of the run has passed meanwhile.
        """
        history = [recorded.operation for recorded in self._recorded]
        return check(history, self._states, self._step_in_time, _MOST_STATES)

    def _search_for_script(self, operations: Collection[Operation]) -> Result:
        """Search among fewer states, as there are many such searches; the deadline must not cost the violation."""
        return check(operations, self._states, _step, _MOST_STATES_FOR_SCRIPT)

    def _step_in_time(self, state: State, request: Action, response: Response | None) -> Collection[State]:
        """Return the possible states after a request, unless the deadline of the run has passed."""
        self._context.wait(0)
        return _step(state, request, response)

    def violation(self, result: Result) -> Violation | None:
        """Return the violation where no order is allowed; None where one is, or where the search was given up."""
        if result.outcome is not Outcome.ILLEGAL or result.failing is None:
            return None
        request, response = result.failing.request, result.failing.response
        violations = advance(result.states, request, response).violations
        requirements = [violation.requirement for violation in violations]
        operation = self._operation_of(requirements[0] if requirements else "", request)
        expected = f"an order of {len(self._recorded)} requests, some of them concurrent, that explains every response"
        reasons = "; ".join(f"{violation.expected} ({violation.requirement})" for violation in violations)
        actual = f"none: {_describe(request)} got {response}, after the requests that come first: {reasons}"
        bodies = decisive_bodies([recorded.operation for recorded in self._recorded], self._search_for_script)
        return Violation(
            consistent(operation),
            expected,
            actual,
            tuple(self.exchanges),
            timeline=self._timeline(result),
            decisive=frozenset(self._numbers_of(bodies or ())),
            is_repeatable=bodies is not None,
        )

    def _numbers_of(self, indices: Collection[int]) -> Iterator[int]:
        """Yield the numbers of the exchanges of operations."""
        for recorded in self._recorded:
            yield from (one.number for one in recorded.exchanges if recorded.operation.index in indices)

    def _operation_of(self, requirement: str, request: Action) -> OperationSpec:
        """Return the operation whose requirement is violated, else the requested one."""
        for operation in self._requested_operations():
            if requirement.startswith(operation.requirement("")):
                return operation
        return request.operation if isinstance(request, Request) else self._about

    def _requested_operations(self) -> list[OperationSpec]:
        requests = (recorded.operation.request for recorded in self._recorded)
        return list(dict.fromkeys(request.operation for request in requests if isinstance(request, Request)))


def _step(state: State, request: Action, response: Response | None) -> Collection[State]:
    return step(state, request, response, severity=Severity.SHOULD)


def _label(operation: TimedOperation[Action, Response]) -> str:
    """Return a request and its response in short."""
    request, response = operation.request, operation.response
    target = f" …{request.resource_id[-4:]}" if isinstance(request, Request) and request.resource_id else ""
    came = "no response" if response is None else response.status
    return f"{_describe(request)}{target} → {came}"


def _describe(request: Action) -> str:
    return request.operation.id if isinstance(request, Request) else "a provider state"
