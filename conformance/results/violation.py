"""The violation of a requirement by the target."""

from dataclasses import dataclass

from conformance.results.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Violation:
    """The expected and the actual behaviour, and the exchanges that show the difference, in their order.

    Attributes:
        remark: The reason why something else than the target may be wrong; empty where there is none.
    """

    requirement_id: str
    expected: str
    actual: str
    exchanges: tuple[Exchange, ...]
    remark: str = ""


class ViolationError(AssertionError):
    """Raised by a check whose violation is in the ledger already."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(f"{violation.requirement_id}: expected {violation.expected}; actual {violation.actual}")
        self.violation = violation
