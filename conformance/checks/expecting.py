"""What checks expect of responses, noted in the ledger."""

from conformance.client import Call
from conformance.model import OperationId
from conformance.situation import Situation
from conformance.verdicts import Exchange

SUCCESS = frozenset(range(200, 300))
ELSEWHERE = frozenset({403, 404})


def described(exchange: Exchange) -> str:
    """A response in a few words."""
    if exchange.status is None:
        return f"no response ({exchange.no_response})"
    body = (exchange.response_body or b"").decode("utf-8", "replace")
    return f"{exchange.status} {body[:160]}"


def is_refusal(exchange: Exchange) -> bool:
    """Whether a response came, and is not one of success."""
    return exchange.status is not None and exchange.status not in SUCCESS


class Expecting:
    """The expectations of one operation's requirements; each raises ViolationError where it is not met."""

    def __init__(self, situation: Situation, operation: OperationId) -> None:
        self._ledger = situation.ledger
        self._prefix = operation.prefix

    def status(self, fact: str, exchange: Exchange, statuses: frozenset[int] | set[int], *before: Exchange) -> None:
        """A response with one of some statuses."""
        expected = "a success" if statuses == SUCCESS else " or ".join(map(str, sorted(statuses)))
        self.that(fact, expected, described(exchange), [*before, exchange], holds=exchange.status in statuses)

    def refusal(self, fact: str, exchange: Exchange, *before: Exchange) -> None:
        """A refusal, whatever its status."""
        self.that(fact, "a refusal", described(exchange), [*before, exchange], holds=is_refusal(exchange))

    def that(self, fact: str, expected: str, came_back: str, exchanges: list[Exchange], *, holds: bool) -> None:
        """Anything else."""
        self._ledger.expect(f"{self._prefix}-{fact}", expected, came_back, exchanges, holds=holds)

    def held(self, fact: str) -> None:
        """It was seen to hold."""
        self._ledger.held(f"{self._prefix}-{fact}")


def expecting(situation: Situation, call: Call) -> Expecting:
    """The expectations of the operation that is called."""
    return Expecting(situation, call.operation)
