"""One walk through the API: what was sent, in order, and what may be true of the target after it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from conformance.catalogue.operation_spec import OperationSpec, Shows
from conformance.client.client import ApiRequest
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.model_adapter import to_model_request, to_model_response
from conformance.harness.snapshots import LIST_LAG, pages_of
from conformance.harness.violations import consistent, to_violation
from conformance.model import Event, Judgement, ListsSettled, Request, Response, Severity, State, Validity, advance
from conformance.model.refusal_grounds import NOT_FOUND
from conformance.results.verdicts import Exchange, Violation

_LISTS = frozenset({Shows.AUDIENCE_PAGE, Shows.NAVIGATION, Shows.JOB_PAGE})
_CURRENT = frozenset({Shows.AUDIENCE_PAGE, Shows.NAVIGATION, Shows.AUDIENCE})
_ESTABLISHED = Response(200)
_MANY_STATES, _MANY_PAGES, _MANY_WAITS = 100, 20, 3


class AbandonedTrace(BaseException):
    """No further walk is made, and Hypothesis is not to look into it; its cause says why, unless the time is over."""


class TraceEnded(Exception):  # noqa: N818  (no error: the trace has shown what it can)
    """The walk has come to its end: after a MUST is broken, nobody knows what is so; or what was sought is found."""


class TraceSession:
    """All walks of a run, which take `longest` seconds at most.

    `found`: by requirement, the walk with the fewest requests that shows it broken. `unavailable`: provider states that
    the target cannot establish. `made`: how many walks there were; `home`: the account group of the last one.
    `hurried`: a list that may only be wrong for a while counts as wrong at once. `abandoned`: why no further walk is
    made, once that is so.
    """

    def __init__(self, context: CheckContext, longest: float) -> None:
        self.context = context
        self.violations: dict[str, Violation] = {}
        self.unavailable: set[str] = set()
        self.trace_count = 0
        self.home: str | None = None
        self.skip_settling = False
        self.waits = _MANY_WAITS
        self.abandoned: AbandonedTrace | None = None
        self._end = time.monotonic() + longest

    def begin(self) -> None:
        """Begin a walk, if there is time for it."""
        if time.monotonic() > self._end:
            self.abandoned = AbandonedTrace()
            raise self.abandoned

    @contextmanager
    def abandon_on_error(self) -> Iterator[None]:
        """Give up at whatever is raised in here: none of it is the target's fault, to be looked into further."""
        try:
            yield
        except Exception as error:
            self.abandoned = AbandonedTrace()
            raise self.abandoned from error

    def note(self, one: Violation) -> None:
        """Keep a finding, if none of its requirement has fewer requests."""
        known = self.violations.get(one.requirement_id)
        if known is None or len(one.exchanges) < len(known.exchanges):
            self.violations[one.requirement_id] = one

    def shortest_violations(self) -> list[Violation]:
        """What was found, the shortest walk first."""
        return sorted(self.violations.values(), key=lambda one: len(one.exchanges))


class Trace:
    """One walk. `possible`: the states that the target may be in. `hits`: the requirements that were seen to be broken.

    It has come to its end once `sought` is among them.
    """

    def __init__(self, walks: TraceSession, sought: str | None = None) -> None:
        self._session = walks
        self._context = walks.context
        self._sought = sought
        self.possible = frozenset({State()})
        self.hits: set[str] = set()
        self._exchanges: list[Exchange] = []
        self._lost: list[Request] = []

    def apply_event(self, event: Event) -> None:
        """What the target said by a provider state."""
        self.possible = advance(self.possible, event, _ESTABLISHED).states

    def may_go_on(self, job: tuple[str, str]) -> bool:
        """Whether a job of an account group may be active still, for all that is known."""
        return not self.possible or any(state.may_be_active(job) for state in self.possible)

    def send(self, call: ApiRequest, validity: Validity = Validity.VALID) -> Exchange:
        """Send a request, and judge what comes back; BrokenError where the walk comes to its end."""
        with self._session.abandon_on_error():
            exchange = self._context.client.send(call)
        self._exchanges.append(exchange)
        self._judge(to_model_request(call, validity), to_model_response(call.operation, exchange))
        return exchange

    def read(self, operation: OperationSpec, key: Key, limit: int | None) -> None:
        """Read a list, all pages of it; what it may show wrong only for a while is seen again after two seconds."""
        request, response = self._read(operation, key, limit)
        before = self.possible
        self._judge(request, response)
        wrong = self._wrong_once_settled(before, request, response)
        if wrong and self._session.skip_settling:
            self._hit(wrong)
        elif wrong and self._session.waits > 0:
            self._session.waits -= 1
            self._context.wait(LIST_LAG)
            self.possible = settled(self.possible)
            self._judge(*self._read(operation, key, limit))

    def _read(self, operation: OperationSpec, key: Key, limit: int | None) -> tuple[Request, Response | None]:
        with self._session.abandon_on_error():
            pages = list(islice(pages_of(self._context, operation, key, limit=limit), _MANY_PAGES))
        self._exchanges += pages
        validity = Validity.VALID if limit is None else Validity.DOUBTFUL
        return to_model_request(ApiRequest(operation, key.token, key.group), validity), to_model_response(
            operation, *pages
        )

    def _wrong_once_settled(self, before: frozenset[State], request: Request, response: Response | None) -> set[str]:
        """The requirements that a list will have broken if it still says so after two seconds."""
        if request.operation.shows not in _LISTS or not self.possible:
            return set()
        judged = advance(settled(before), request, response)
        broken = (one for one in judged.violations if one.level is Severity.MUST)
        return {to_violation(one, request.operation, ()).requirement_id for one in broken}

    def _judge(self, request: Request, response: Response | None) -> None:
        if not self.possible:
            return
        judged = advance(self.possible, request, response, pending=self._lost)
        if response is None:
            self._lost.append(request)
        found = [to_violation(one, request.operation, self._exchanges) for one in judged.violations]
        for one in found:
            self._session.note(one)
        self._hit({one.requirement_id for one in found}, ends=judged.breaks(Severity.MUST))
        self.possible = judged.states if len(judged.states) <= _MANY_STATES else frozenset()
        for requirement in _held(request, response, judged):
            self._context.ledger.passed(requirement)

    def _hit(self, broken: set[str], *, ends: bool = False) -> None:
        self.hits |= broken
        if ends or self._sought in broken:
            raise TraceEnded


def settled(states: frozenset[State]) -> frozenset[State]:
    """The same states after two seconds in which nothing changed."""
    for path in {path for state in states for path in state.lagging}:
        states = advance(states, ListsSettled(*path), _ESTABLISHED).states
    return states


def _held(request: Request, response: Response | None, judged: Judgement) -> Iterator[str]:
    """The requirements that a response was seen to keep."""
    if judged.violations or response is None:
        return
    yield consistent(request.operation)
    if response.data is not None and request.operation.only_reads and request.operation.shows in _CURRENT:
        yield request.operation.requirement("CURRENT")
    if response.status in NOT_FOUND and all(request.path in state.deleted for state in judged.states):
        yield "AUD-DELETE-EFFECT"
