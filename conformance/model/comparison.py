"""What is shown, held against what is known; and what is learned from it."""

from collections.abc import Iterator
from dataclasses import replace

from conformance.model.exchange import UNKNOWN, ShownAudience, Text, Unknown
from conformance.model.state import Audience, Known
from conformance.model.violation import Level, Violation


def differences(known: Audience, shown: ShownAudience, level: Level) -> Iterator[Violation]:
    """A field that is shown with another value than the one that it was given breaks the requirement that gave it.

    A member that is absent contradicts nothing: which members appear is inferred.
    """
    for name, held, seen in (
        ("name", known.name, shown.name),
        ("description", known.description, shown.description),
        ("folderId", known.folder, shown.folder),
    ):
        yield from contradiction(name, held, seen, level)


def contradiction(name: str, held: Known, seen: Text, level: Level) -> Iterator[Violation]:
    """One field, shown with another value than the known one."""
    if not isinstance(held.value, Unknown) and not isinstance(seen, Unknown) and held.value != seen:
        yield Violation(level, held.by, f"{name} {held.value!r}", f"{name} {seen!r}")


def learned(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """The same audience, with the values that were not known yet; `by` is what breaks if they change by themselves."""
    return replace(
        known,
        name=filled(known.name, shown.name, by),
        description=filled(known.description, shown.description, by),
        folder=filled(known.folder, shown.folder, by),
    )


def confirmed(known: Audience, shown: ShownAudience, by: str) -> Audience:
    """The same, after a reading: what was seen to be so breaks `by`, and not what made it so, if it changes later."""
    known = learned(known, shown, by)
    return replace(
        known,
        name=_seen(known.name, shown.name, by),
        description=_seen(known.description, shown.description, by),
        folder=_seen(known.folder, shown.folder, by),
    )


def _seen(held: Known, seen: Text, by: str) -> Known:
    return Known(seen, by) if held.value == seen else held


def filled(held: Known, seen: Text, by: str) -> Known:
    """The known value, or where there is none the one that is shown."""
    return Known(seen, by) if isinstance(held.value, Unknown) and not isinstance(seen, Unknown) else held


def is_same(one: Audience, shown: ShownAudience) -> bool:
    """Whether what is shown can only be this audience: it bears the name that we gave it."""
    return one.made and one.name.value is not UNKNOWN and one.name.value == shown.name
