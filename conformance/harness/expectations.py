"""The expectations that checks have of responses, recorded in the ledger under the whole ids of requirements."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext, suppress

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Level, load_catalogue
from conformance.harness.context import CheckContext
from conformance.results.exchange import SUCCESS, Exchange
from conformance.results.violation import ViolationError
from conformance.states import NotEstablishedError

_OPERATIONS_BY_ID = {operation.id: operation for operation in operations.OPERATIONS}
_CONTRADICTORY = frozenset({404, 409})
_INVALID = frozenset({400, 422})
_BODY_SHOWN = 160


def describe(exchange: Exchange) -> str:
    """Return the status of a response and the beginning of its body."""
    if exchange.status is None:
        return f"no response ({exchange.no_response})"
    body = (exchange.response_body or b"").decode("utf-8", "replace")
    return f"{exchange.status} {body[:_BODY_SHOWN]}"


def by_own_word(status: int, fact: str) -> str:
    """Return the expectation of a status that the target itself has announced, by setting a provider state up."""
    return f"{status}, because the target says that {fact}; if the state is not implemented, respond to it with 501"


def is_refusal(exchange: Exchange) -> bool:
    """Whether a response came, and is no success."""
    return exchange.status is not None and exchange.status not in SUCCESS


def contradictory_refusal(deletions: Sequence[Exchange]) -> tuple[Exchange, Exchange] | None:
    """Find two deletions of one audience that contradict each other: the guard refused it, yet it was carried out.

    Returns:
        The refusal by the guard (409) and the response that no longer found the audience (404). None if there are no
        such two, or if a deletion succeeded: then the guard did not hold, and no refusal is contradicted.
    """
    first = {deletion.status: deletion for deletion in reversed(deletions)}
    if first.keys() & SUCCESS or not first.keys() >= _CONTRADICTORY:
        return None
    return first[409], first[404]


class Expectations:
    """The expectations of one check. An unmet MUST raises ViolationError.

    An unmet SHOULD is only recorded, so that the check goes on to what is demanded.
    """

    def __init__(self, context: CheckContext) -> None:
        self._context = context

    def status(self, requirement_id: str, exchange: Exchange, statuses: Collection[int], *before: Exchange) -> None:
        """Expect a response with one of some statuses.

        Args:
            requirement_id: The requirement that demands it.
            exchange: The exchange to examine.
            statuses: The demanded statuses.
            before: Earlier exchanges that a reader needs to understand a violation.

        Raises:
            NotEstablishedError: The response calls a start request invalid whose body was only inferred.
            ViolationError: The requirement is a MUST, and the status is another.
        """
        self._raise_if_guess_is_refused(requirement_id, exchange, statuses)
        expected = "a success" if statuses == SUCCESS else " or ".join(map(str, sorted(statuses)))
        holds = exchange.status in statuses
        self.condition(requirement_id, expected, describe(exchange), [*before, exchange], holds=holds)

    def announced(self, requirement_id: str, exchange: Exchange, status: int, fact: str, *before: Exchange) -> None:
        """Expect the status that the target has announced by setting a provider state up.

        Args:
            requirement_id: The requirement that demands it.
            exchange: The exchange to examine.
            status: The documented status.
            fact: The announcement of the target.
            before: Earlier exchanges that a reader needs to understand a violation.

        Raises:
            NotEstablishedError: The response calls a start request invalid whose body was only inferred.
            ViolationError: The requirement is a MUST, and the status is another.
        """
        self._raise_if_guess_is_refused(requirement_id, exchange, {status})
        expected, holds = by_own_word(status, fact), exchange.status == status
        self.condition(requirement_id, expected, describe(exchange), [*before, exchange], holds=holds)

    def done(self, requirement_id: str, exchange: Exchange, *before: Exchange) -> None:
        """Expect a documented success of the requirement's operation; arguments and errors are those of `status`."""
        documented = self._context.client.contract.statuses(_operation_of(requirement_id))
        self.status(requirement_id, exchange, SUCCESS.intersection(documented), *before)

    def _raise_if_guess_is_refused(self, requirement_id: str, exchange: Exchange, statuses: Collection[int]) -> None:
        may_be_invalid = _operation_of(requirement_id) is operations.START_JOB and exchange.status in _INVALID
        if may_be_invalid and exchange.status not in statuses and self._context.start_body_is_guessed():
            raise NotEstablishedError(
                f"'a prospecting request' could not be set up, and the target refuses the body that the contract "
                f"infers: {describe(exchange)}"
            )

    def refusal(self, requirement_id: str, exchange: Exchange, *before: Exchange) -> None:
        """Expect a refusal with any status; arguments and errors are those of `status`."""
        holds = is_refusal(exchange)
        self.condition(requirement_id, "a refusal", describe(exchange), [*before, exchange], holds=holds)

    def condition(
        self, requirement_id: str, expected: str, actual: str, exchanges: Sequence[Exchange], *, holds: bool
    ) -> None:
        """Expect a condition to hold.

        Args:
            requirement_id: The requirement that demands it.
            expected: A description of the condition.
            actual: A description of the response.
            exchanges: The exchanges that show a violation, in order.
            holds: Whether the condition holds.

        Raises:
            ViolationError: The requirement is a MUST, and the condition does not hold.
        """
        is_must = load_catalogue()[requirement_id].level is Level.MUST
        with nullcontext() if is_must else suppress(ViolationError):
            self._context.ledger.expect(requirement_id, expected, actual, exchanges, holds=holds)


def _operation_of(requirement_id: str) -> OperationSpec:
    return _OPERATIONS_BY_ID[load_catalogue()[requirement_id].operation]


class SoftAssertions:
    """A context manager that lets a check go on after a violation, so that one does not hide another."""

    def __init__(self) -> None:
        self._violations: list[ViolationError] = []

    def __enter__(self) -> None:
        """Begin a part of a check that may find a violation."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        """Keep a violation for `raise_first`; let any other exception through."""
        if isinstance(error, ViolationError):
            self._violations.append(error)
            return True
        return False

    def raise_first(self) -> None:
        """Raise the first ViolationError, if there was one."""
        for violation in self._violations:
            raise violation
