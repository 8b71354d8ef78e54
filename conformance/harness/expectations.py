"""What checks expect of responses, noted in the ledger."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Level, load_catalogue
from conformance.client.client import ApiRequest
from conformance.harness.context import CheckContext
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.violation import ViolationError
from conformance.states import NotEstablishedError

_BELIED = frozenset({404, 409})
_INVALID = frozenset({400, 422})


def describe(exchange: Exchange) -> str:
    """A response in a few words."""
    if exchange.status is None:
        return f"no response ({exchange.no_response})"
    body = (exchange.response_body or b"").decode("utf-8", "replace")
    return f"{exchange.status} {body[:160]}"


def is_refusal(exchange: Exchange) -> bool:
    """Whether a response came, and is not one of success."""
    return exchange.status is not None and exchange.status not in SUCCESS


def contradictory_refusal(answers: Sequence[Exchange]) -> tuple[Exchange, Exchange] | None:
    """Of deletions of one audience: one that the guard refused, and one that found it carried out all the same.

    None where one says that it was carried out: then the guard has not held, and nothing is belied.
    """
    first = {answer.status: answer for answer in reversed(answers)}
    if first.keys() & SUCCESS or not first.keys() >= _BELIED:
        return None
    return first[409], first[404]


class Expectations:
    """The expectations of one operation's requirements; each MUST raises ViolationError where it is not met."""

    def __init__(self, context: CheckContext, operation: OperationSpec) -> None:
        self._context = context
        self._operation = operation
        self._ledger = context.ledger
        self._prefix = operation.prefix
        self._done = SUCCESS.intersection(context.client.contract.statuses(operation))

    def status(self, fact: str, exchange: Exchange, statuses: frozenset[int] | set[int], *before: Exchange) -> None:
        """A response with one of some statuses.

        NotEstablishedError where it says that a start request is invalid, and it may well be, for all that is known.
        """
        may_be_invalid = self._operation is operations.START_JOB and exchange.status in _INVALID.difference(statuses)
        if may_be_invalid and self._context.start_body_is_guessed():
            raise NotEstablishedError(
                f"'a prospecting request' could not be had, and what the contract infers is {describe(exchange)}"
            )
        expected = "a success" if statuses == SUCCESS else " or ".join(map(str, sorted(statuses)))
        self.expect(fact, expected, describe(exchange), [*before, exchange], holds=exchange.status in statuses)

    def done(self, exchange: Exchange, *before: Exchange) -> None:
        """The documented success."""
        self.status("DONE", exchange, self._done, *before)

    def refusal(self, fact: str, exchange: Exchange, *before: Exchange) -> None:
        """A refusal, whatever its status."""
        self.expect(fact, "a refusal", describe(exchange), [*before, exchange], holds=is_refusal(exchange))

    def expect(self, fact: str, expected: str, came_back: str, exchanges: list[Exchange], *, holds: bool) -> None:
        """Anything else. What no sentence demands is noted only, so that what one does is looked at all the same."""
        requirement_id = f"{self._prefix}-{fact}"
        is_demanded = load_catalogue()[requirement_id].level is Level.MUST
        with nullcontext() if is_demanded else suppress(ViolationError):
            self._ledger.expect(requirement_id, expected, came_back, exchanges, holds=holds)

    def passed(self, fact: str) -> None:
        """It was seen to hold."""
        self._ledger.passed(f"{self._prefix}-{fact}")


class SoftAssertions:
    """Lets a check go on past a violation, so that one does not hide another; `conclude` raises the first."""

    def __init__(self) -> None:
        self._violations: list[ViolationError] = []

    def __enter__(self) -> None:
        """Attempt what may be broken."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """Remember a violation, and go on."""
        if isinstance(error, ViolationError):
            self._violations.append(error)
            return True
        return False

    def raise_first(self) -> None:
        """ViolationError if there was any."""
        for violation in self._violations:
            raise violation


def expectations_of(context: CheckContext, call: ApiRequest) -> Expectations:
    """The expectations of the operation that is called."""
    return Expectations(context, call.operation)
