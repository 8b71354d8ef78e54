"""The observations that checks make of one requirement."""

from collections.abc import Iterable
from dataclasses import dataclass

from conformance.results.violation import Violation


@dataclass(frozen=True, slots=True)
class Observations:
    """The observations of one requirement.

    Attributes:
        check_count: The number of times that the requirement was checked.
        violations: The violations among these checks.
        errors: The failures of the suite itself in a check.
        blocked_by: The reasons why something could not be checked.
        selected: False where `-k` left out every check of the requirement.
    """

    check_count: int = 0
    violations: tuple[Violation, ...] = ()
    errors: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    selected: bool = True


def merge_observations(parts: Iterable[Observations]) -> Observations:
    """Return the sum of the observations of several checks or workers; not selected where there are none."""
    observations = tuple(parts)
    return Observations(
        check_count=sum(part.check_count for part in observations),
        violations=tuple(violation for part in observations for violation in part.violations),
        errors=tuple(dict.fromkeys(error for part in observations for error in part.errors)),
        blocked_by=tuple(dict.fromkeys(reason for part in observations for reason in part.blocked_by)),
        selected=any(part.selected for part in observations),
    )
