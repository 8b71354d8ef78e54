"""The comparison of the fields in a response with the known ones, and the knowledge gained from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.model.messages import UNKNOWN, ShownAudience, Text, Unknown
from conformance.model.state import Audience, Known
from conformance.model.violation import RuleViolation, Severity


def differences(known: Audience, shown: ShownAudience, level: Severity) -> Iterator[RuleViolation]:
    """Yield a violation for each field that is shown with another value than the known one.

    A violation is of the requirement that asserted the known value. An absent member contradicts nothing, because the
    set of members is inferred.
    """
    for name, expected, actual in (
        ("name", known.name, shown.name),
        ("description", known.description, shown.description),
        ("folderId", known.folder, shown.folder),
    ):
        yield from contradiction(name, expected, actual, level)


def contradiction(name: str, known: Known, actual: Text, level: Severity) -> Iterator[RuleViolation]:
    """Yield a violation if a field is shown with another value than the known one."""
    if isinstance(known.value, Unknown) or isinstance(actual, Unknown) or known.value == actual:
        return
    if known.value or actual:  # no page says whether a text that there is not is null or empty
        yield RuleViolation(level, known.asserted_by, f"{name} {known.value!r}", f"{name} {actual!r}")


def learned(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """Return the audience with its unknown values filled in; `by` is the requirement broken by an unasked change."""
    return _with_each_field(known, shown, lambda field, value: filled(field, value, by))


def confirmed(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """Return the audience after a read.

    Later changes are blamed on `by` (the read), not on the request that set the value.
    """
    return _with_each_field(
        known, shown, lambda field, value: Known(value, by) if field.value == value else filled(field, value, by)
    )


def _with_each_field(known: Audience, shown: ShownAudience, change: Callable[[Known, Text], Known]) -> Audience:
    return replace(
        known,
        name=change(known.name, shown.name),
        description=change(known.description, shown.description),
        folder=change(known.folder, shown.folder),
    )


def filled(known: Known, actual: Text, by: str) -> Known:
    """Return the known value, or the shown value if none is known."""
    return Known(actual, by) if isinstance(known.value, Unknown) and not isinstance(actual, Unknown) else known


def is_same(known: Audience, shown: ShownAudience) -> bool:
    """Whether the shown audience can only be the known one, because it has the name that the suite gave it."""
    return known.named_by_suite and known.name.value is not UNKNOWN and known.name.value == shown.name
