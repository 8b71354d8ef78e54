"""The file of expected failures: requirements that are known to fail, or that cannot be run, each with its reason.

The file is TOML, or lines of `ID  reason`.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

_COMMENT, _TABLE = "#", "expected"
_TEXTS = ("id", "reason", "url", "check")
_MEMBERS = frozenset({*_TEXTS, "until"})


class ExpectedFailuresError(ValueError):
    """Raised by `read` before a run: a part of the file is invalid. The message has its line or entry."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """A requirement that is expected to fail or not to be run.

    Attributes:
        requirement_id: The requirement.
        reason: The reason.
        place: The line or the entry of the file.
        until: The last day on which it is expected; None for no end.
        url: The address of an issue about it.
        check: The only check whose violations are expected, with or without its parameters; None for all checks.
    """

    requirement_id: str
    reason: str
    place: str
    until: date | None = None
    url: str | None = None
    check: str | None = None

    @property
    def explanation(self) -> str:
        """The reason, with the address and the last day where there are any."""
        facts = [self.reason, *([f"until {self.until}"] if self.until else []), *([self.url] if self.url else [])]
        return ", ".join(facts)

    def is_over(self, today: date) -> bool:
        """Return whether its last day has passed."""
        return self.until is not None and self.until < today

    def covers(self, check: str) -> bool:
        """Return whether the violations of a check are expected; its name may have parameters."""
        return self.check is None or self.check in {check, check.split("[", maxsplit=1)[0]}


def read(
    text: str, known: Collection[str], checks: Collection[str] = (), *, toml: bool | None = None
) -> tuple[ExpectedFailure, ...]:
    """Return the expected failures, in the order of the file.

    Args:
        text: The text of the file.
        known: The ids of the catalogue.
        checks: The names of all checks, without parameters.
        toml: Whether the text is TOML; None if that is to be seen from its first line, which then begins with `[`.

    Raises:
        ExpectedFailuresError: At the first invalid line or entry.
    """
    text = text.removeprefix("\ufeff")
    failures = _from_toml(text) if (_is_toml(text) if toml is None else toml) else _from_lines(text)
    first: dict[tuple[str, str | None], str] = {}
    for failure in failures:
        if failure.requirement_id not in known:
            raise ExpectedFailuresError(failure.place, f"there is no requirement {failure.requirement_id!r}")
        if failure.check is not None and failure.check.split("[")[0] not in checks:
            raise ExpectedFailuresError(failure.place, f"there is no check {failure.check!r}")
        subject = (failure.requirement_id, failure.check)
        if (before := first.setdefault(subject, failure.place)) != failure.place:
            raise ExpectedFailuresError(
                failure.place, f"{failure.requirement_id} is listed a second time, after {before}"
            )
    return failures


def _is_toml(text: str) -> bool:
    lines = (line.strip() for line in text.split("\n"))
    return next((line for line in lines if line and not line.startswith(_COMMENT)), "").startswith("[")


def _from_lines(text: str) -> tuple[ExpectedFailure, ...]:
    """Return the failures of lines. Only a line that begins with # is a comment: a reason may name an issue, #123."""
    numbered = enumerate(text.split("\n"), start=1)
    return tuple(
        _parse_line(f"line {number}", line)
        for number, line in numbered
        if line.strip() and not line.lstrip().startswith(_COMMENT)
    )


def _parse_line(place: str, line: str) -> ExpectedFailure:
    requirement_id, *words = line.split()
    if not words or words[0] == _COMMENT:
        raise ExpectedFailuresError(place, f"{requirement_id} needs a reason: 'ID  reason'")
    return ExpectedFailure(requirement_id, " ".join(words), place)


def _from_toml(text: str) -> tuple[ExpectedFailure, ...]:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExpectedFailuresError("", f"no TOML: {error}") from None
    entries = document.pop(_TABLE, [])
    if document or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ExpectedFailuresError("", f"the file consists of tables [[{_TABLE}]], and of nothing else")
    return tuple(_parse_entry(f"entry {number}", entry) for number, entry in enumerate(entries, start=1))


def _parse_entry(place: str, entry: Mapping[str, Any]) -> ExpectedFailure:
    if unknown := sorted(entry.keys() - _MEMBERS):
        raise ExpectedFailuresError(place, f"{unknown[0]!r} is no member: there are {', '.join(sorted(_MEMBERS))}")
    for name in _TEXTS:
        if name in entry and not (isinstance(entry[name], str) and entry[name].strip()):
            raise ExpectedFailuresError(place, f"{name!r} has to be a text")
    if "id" not in entry:
        raise ExpectedFailuresError(place, "it needs an 'id'")
    if "reason" not in entry:
        raise ExpectedFailuresError(place, f"{entry['id']} needs a 'reason'")
    until = _parse_until(place, entry["until"]) if "until" in entry else None
    return ExpectedFailure(entry["id"], entry["reason"], place, until, entry.get("url"), entry.get("check"))


def _parse_until(place: str, value: object) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise ExpectedFailuresError(place, "'until' has to be a date, such as 2027-01-31")
