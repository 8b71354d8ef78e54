"""What the model says to be broken, as findings under the rows of the catalogue."""

from collections.abc import Iterable

from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Level, load_catalogue
from conformance.model.violation import RuleViolation
from conformance.results.exchange import Exchange
from conformance.results.violation import Violation

_SEVERITIES = {Level.MAY: 0, Level.SHOULD: 1, Level.MUST: 2}
"""The catalogue's levels, as the model's count."""


def to_violation(violation: RuleViolation, operation: OperationSpec, exchanges: Iterable[Exchange]) -> Violation:
    """A violation under its own row; where the model demands less than that row, under that of the whole operation."""
    row = load_catalogue().get(violation.requirement)
    expected, seen = _printable(violation.expected), _printable(violation.actual)
    if row is None or row.excluded is not None or _SEVERITIES[row.level] > violation.level:
        return Violation(consistent(operation), f"{expected} ({violation.requirement})", seen, tuple(exchanges))
    return Violation(row.id, expected, seen, tuple(exchanges))


def consistent(operation: OperationSpec) -> str:
    """The row of an operation that says: what it answers can be explained by what was done before."""
    return f"{operation.prefix}-CONSISTENT"


def _printable(text: str) -> str:
    """A text that any report can hold: a target may well show half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
