"""A trace through the API: the requests, in order, and the possible states of the target after them."""

from collections.abc import Callable, Iterator
from itertools import islice

from conformance.catalogue.operation_spec import OperationSpec, Shows
from conformance.client.client import ApiRequest
from conformance.harness.key import Key
from conformance.harness.model_adapter import to_model_request, to_model_response
from conformance.harness.settling import poll
from conformance.harness.snapshots import follow_cursors
from conformance.harness.violations import consistent, to_violation
from conformance.model.events import Event, Settled
from conformance.model.judge import advance
from conformance.model.messages import (
    UNKNOWN,
    AudiencePage,
    Navigation,
    Request,
    Response,
    Shown,
    ShownAudience,
    Validity,
)
from conformance.model.refusal_grounds import NOT_FOUND
from conformance.model.state import State
from conformance.model.violation import Judgement, Severity
from conformance.results.exchange import Exchange
from conformance.stateful.trace_session import TraceSession

_SETTLING = frozenset({Shows.AUDIENCE_PAGE, Shows.NAVIGATION, Shows.JOB_PAGE, Shows.AUDIENCE, Shows.JOB})
_CURRENT = frozenset({Shows.AUDIENCE_PAGE, Shows.NAVIGATION, Shows.AUDIENCE})
_ESTABLISHED = Response(200)
_MOST_STATES, _MOST_PAGES = 100, 20


class TraceEnded(Exception):  # noqa: N818  (no error: the trace has shown what it can)
    """The end of a trace: a MUST was violated, so that the state is unknown, or the sought violation was reproduced."""


class Trace:
    """A trace.

    Args:
        session: The session of all traces.
        sought: The requirement whose violation ends the trace, if only that is sought.

    Attributes:
        possible: The possible states of the target; none where there are too many to follow.
        violated: The requirements that the trace has shown to be violated.
    """

    def __init__(self, session: TraceSession, sought: str | None = None) -> None:
        self._session = session
        self._context = session.context
        self._sought = sought
        self.possible = frozenset({State()})
        self.violated: set[str] = set()
        self._exchanges: list[Exchange] = []
        self._unanswered: list[Request] = []

    def apply_event(self, event: Event) -> None:
        """Apply the event of a provider state that the target has established."""
        self.possible = advance(self.possible, event, _ESTABLISHED).states

    def may_be_active(self, job: tuple[str, str]) -> bool:
        """Return whether a job of an account group may still be active."""
        return not self.possible or any(state.may_be_active(job) for state in self.possible)

    def send(self, call: ApiRequest, validity: Validity = Validity.VALID) -> Exchange:
        """Send a request, and judge its response; TraceEnded where the trace ends.

        A read that may not show a change yet is repeated until it does, or has to.
        """
        request = to_model_request(call, validity)

        def transmit() -> tuple[Request, Response | None]:
            with self._session.abandon_on_error():
                self._exchanges.append(self._context.client.send(call))
            return request, to_model_response(call.operation, self._exchanges[-1])

        if call.operation.only_reads:
            self._judge_settled(transmit, "single reads")
        else:
            self._judge(*transmit())
        return self._exchanges[-1]

    def read(self, operation: OperationSpec, key: Key, limit: int | None) -> None:
        """Read all pages of a list, and judge them; read again where the list may lag."""
        self._judge_settled(lambda: self._read_pages(operation, key, limit), "lists")

    def _judge_settled(self, read: Callable[[], tuple[Request, Response | None]], subject: str) -> None:
        """Judge a response at once; where it may not show a change yet, judge it again once it does, or has to."""
        request, response = read()
        before = self.possible
        if self._judge(request, response):
            return
        unsettled = self._violated_once_settled(before, request, response)
        if unsettled and self._session.skip_settling:
            self._add_violated(unsettled)
        elif unsettled and self._session.remaining_waits > 0:
            self._session.remaining_waits -= 1
            self._judge_later(read, subject)

    def _judge_later(self, read: Callable[[], tuple[Request, Response | None]], subject: str) -> None:
        before, length = self.possible, len(self._exchanges)
        latest: list[tuple[Request, Response | None]] = []

        def is_settled() -> bool:
            del self._exchanges[length:]  # the first reading and the last one show a violation
            latest[:] = [read()]
            return not self._violated_once_settled(before, *latest[0])

        _, in_time = poll(self._context.facts.settling, self._context.wait, is_settled, subject)
        if not in_time:
            self.possible = settle(self.possible)
        self._judge(*latest[0])

    def _read_pages(self, operation: OperationSpec, key: Key, limit: int | None) -> tuple[Request, Response | None]:
        with self._session.abandon_on_error():
            pages = list(islice(follow_cursors(self._context, operation, key, limit=limit), _MOST_PAGES))
        self._exchanges += pages
        is_first_alone = len(pages) == 1  # only the first page may be refused for its size
        validity = Validity.DOUBTFUL if limit is not None and is_first_alone else Validity.VALID
        request = to_model_request(ApiRequest(operation, key.token, key.group), validity)
        return request, to_model_response(operation, *pages)

    def _violated_once_settled(self, before: frozenset[State], request: Request, response: Response | None) -> set[str]:
        """Return the requirements that a response violates if it is the same once the settling time is over."""
        if request.operation.shows not in _SETTLING or not self.possible:
            return set()
        judgement = advance(settle(before), request, response)
        violations = (violation for violation in judgement.violations if violation.severity is Severity.MUST)
        return {to_violation(violation, request.operation, ()).requirement_id for violation in violations}

    def _judge(self, request: Request, response: Response | None) -> bool:
        """Judge a response by the model, note its violations, and update the possible states.

        Returns:
            Whether nothing is wrong with it, not even that it may be late.
        """
        if not self.possible:
            return True
        judgement = advance(self.possible, request, response, pending=self._unanswered)
        if response is None:
            self._unanswered.append(request)
        violations = [to_violation(violation, request.operation, self._exchanges) for violation in judgement.violations]
        for violation in violations:
            self._session.note(violation)
        requirements = {violation.requirement_id for violation in violations}
        self._add_violated(requirements, ends=judgement.breaks(Severity.MUST))
        self.possible = judgement.states if len(judgement.states) <= _MOST_STATES else frozenset()
        for requirement in _passed_requirements(request, response, judgement):
            self._context.ledger.passed(requirement)
        return not violations

    def _add_violated(self, requirements: set[str], *, ends: bool = False) -> None:
        self.violated |= requirements
        if ends or self._sought in requirements:
            raise TraceEnded


def settle(states: frozenset[State]) -> frozenset[State]:
    """Return the states after the settling time, when all lists and reads are current."""
    for path in {path for state in states for path in state.lagging | state.unsettled}:
        states = advance(states, Settled(*path), _ESTABLISHED).states
    return states


def _passed_requirements(request: Request, response: Response | None, judgement: Judgement) -> Iterator[str]:
    """Yield the requirements that a response fulfils."""
    if judgement.violations or response is None:
        return
    yield consistent(request.operation)
    if _shows_a_name(response.data) and request.operation.only_reads and request.operation.shows in _CURRENT:
        yield request.operation.requirement("CURRENT")
    if response.status in NOT_FOUND and all(request.path in state.deleted for state in judgement.states):
        yield "AUD-DELETE-EFFECT"


def _shows_a_name(shown: Shown | None) -> bool:
    """Return whether data show a name to compare, or a list without items: an absent member decides nothing."""
    match shown:
        case ShownAudience():
            return shown.name is not UNKNOWN
        case AudiencePage():
            return not shown.items or any(map(_shows_a_name, shown.items))
        case Navigation():
            items = [*shown.ungrouped, *(item for folder in shown.folders for item in folder.audiences)]
            return not items or any(map(_shows_a_name, items))
        case _:
            return shown is not None
