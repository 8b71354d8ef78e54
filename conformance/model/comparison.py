"""What is shown, held against what is known; and what is learned from it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.model.messages import UNKNOWN, ShownAudience, Text, Unknown
from conformance.model.state import Audience, Known
from conformance.model.violation import RuleViolation, Severity


def differences(known: Audience, shown: ShownAudience, level: Severity) -> Iterator[RuleViolation]:
    """A field that is shown with another value than the one that it was given breaks the requirement that gave it.

    A member that is absent contradicts nothing: which members appear is inferred.
    """
    for name, held, seen in (
        ("name", known.name, shown.name),
        ("description", known.description, shown.description),
        ("folderId", known.folder, shown.folder),
    ):
        yield from contradiction(name, held, seen, level)


def contradiction(name: str, held: Known, seen: Text, level: Severity) -> Iterator[RuleViolation]:
    """One field, shown with another value than the known one."""
    if not isinstance(held.value, Unknown) and not isinstance(seen, Unknown) and held.value != seen:
        yield RuleViolation(level, held.asserted_by, f"{name} {held.value!r}", f"{name} {seen!r}")


def learned(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """The same audience, with the values that were not known yet; `by` is what breaks if they change by themselves."""
    return _each(known, shown, lambda held, seen: filled(held, seen, by))


def confirmed(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """The same, after a reading: what was seen to be so breaks `by`, and not what made it so, if it changes later."""
    return _each(known, shown, lambda held, seen: Known(seen, by) if held.value == seen else filled(held, seen, by))


def _each(known: Audience, shown: ShownAudience, change: Callable[[Known, Text], Known]) -> Audience:
    """The same audience, each field changed by what is known of it and what is shown."""
    return replace(
        known,
        name=change(known.name, shown.name),
        description=change(known.description, shown.description),
        folder=change(known.folder, shown.folder),
    )


def filled(held: Known, seen: Text, by: str) -> Known:
    """The known value, or where there is none the one that is shown."""
    return Known(seen, by) if isinstance(held.value, Unknown) and not isinstance(seen, Unknown) else held


def is_same(one: Audience, shown: ShownAudience) -> bool:
    """Whether what is shown can only be this audience: it bears the name that we gave it."""
    return one.made and one.name.value is not UNKNOWN and one.name.value == shown.name
