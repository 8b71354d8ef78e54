"""The catalogue of requirements, read from its file and held against the checks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with libyaml

EVERY_EXCHANGE = "every exchange"
"""In place of a check: the requirement is decided on each exchange of a run."""


class Level(StrEnum):
    """How much a requirement demands (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Profile(StrEnum):
    """A part of the documentation to hold a target against; each has all of those before it."""

    DELETE = "delete"
    AUDIENCES = "audiences"
    FULL = "full"

    def includes(self, other: "Profile") -> bool:
        """Whether another profile is a part of this one."""
        order = list(Profile)
        return order.index(other) <= order.index(self)


class CatalogueError(ValueError):
    """The catalogue contradicts itself or the checks; the message names the row."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row: a documented sentence, where it stands, and what decides it (or why nothing does)."""

    id: str
    level: Level
    profile: Profile
    text: str
    source: str
    operation: str
    conditional: bool
    checks: tuple[str, ...]
    excluded: str | None


class Catalogue(Mapping[str, Requirement]):
    """The rows by their id, in the order of the file."""

    def __init__(self, rows: Iterable[Requirement]) -> None:
        self._rows: dict[str, Requirement] = {}
        for row in rows:
            if row.id in self._rows:
                raise CatalogueError(f"{row.id} stands twice")
            if bool(row.checks) == bool(row.excluded):
                raise CatalogueError(f"{row.id} needs checks, or the reason why it is excluded, and not both")
            self._rows[row.id] = row

    def __getitem__(self, requirement_id: str) -> Requirement:
        return self._rows[requirement_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def decided_by(self, check: str, operation: str | None = None) -> tuple[str, ...]:
        """The ids of the rows that a check decides; of one operation, where it is run for that one."""
        return tuple(
            row.id for row in self._rows.values() if check in row.checks and operation in (None, row.operation)
        )

    def for_profile(self, profile: Profile) -> tuple[Requirement, ...]:
        """The rows of a profile that anything decides."""
        return tuple(row for row in self._rows.values() if profile.includes(row.profile) and row.excluded is None)

    def profile_of(self, operation: str) -> Profile:
        """The smallest profile that knows an operation."""
        return next(row.profile for row in self._rows.values() if row.operation == operation)

    def validate_checks(self, checks: Iterable[str], *, every: bool = True) -> None:
        """CatalogueError where a check names no row, or a row names a check that is not there.

        `every`: these are all checks that there are, and not only those of a profile.
        """
        there = set(checks)
        named = {check for row in self._rows.values() for check in row.checks} - {EVERY_EXCHANGE}
        if there - named:
            raise CatalogueError(f"no row names the check {min(there - named)}")
        if every and named - there:
            raise CatalogueError(f"a row names the check {min(named - there)}, which is not there")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the suite; it does not change, and its file is read once."""
    return parse_catalogue(resources.files(__package__).joinpath("requirements.yaml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """A catalogue from the text of its file; CatalogueError where it is none."""
    document = yaml.load(text, Loader=_LOADER)  # noqa: S506  (both loaders are safe ones)
    try:
        return Catalogue(_row(page, row) for page in document["pages"] for row in page["requirements"])
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error


def _row(page: Mapping[str, Any], row: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=f"{page['prefix']}-{row['fact']}",
        level=Level(row["level"]),
        profile=Profile(row.get("profile", page["profile"])),
        text=row["text"],
        source=row.get("source", page["source"]),
        operation=page["operation"],
        conditional=row.get("conditional", False),
        checks=tuple(row.get("checks", ())),
        excluded=row.get("excluded"),
    )
