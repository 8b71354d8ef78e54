"""The translation of the violations of the model into violations of the catalogue's requirements."""

from collections.abc import Iterable

from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Level, load_catalogue
from conformance.model.violation import RuleViolation
from conformance.results.exchange import Exchange
from conformance.results.violation import Violation

_SEVERITIES = {Level.MAY: 0, Level.SHOULD: 1, Level.MUST: 2}
"""The levels of the catalogue as the severities of the model."""


def to_violation(violation: RuleViolation, operation: OperationSpec, exchanges: Iterable[Exchange]) -> Violation:
    """Return a violation of the requirement that the model names.

    Where the model demands less than that requirement does, the violation is one of the operation's `CONSISTENT`.
    """
    requirement = load_catalogue().get(violation.requirement)
    expected, actual = _make_printable(violation.expected), _make_printable(violation.actual)
    if requirement is None or requirement.excluded is not None or _SEVERITIES[requirement.level] > violation.severity:
        return Violation(consistent(operation), f"{expected} ({violation.requirement})", actual, tuple(exchanges))
    return Violation(requirement.id, expected, actual, tuple(exchanges))


def consistent(operation: OperationSpec) -> str:
    """Return the id of the requirement that earlier requests explain the responses of an operation."""
    return operation.requirement("CONSISTENT")


def _make_printable(text: str) -> str:
    """Return a text that any report can hold: a target may show half a surrogate pair."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
