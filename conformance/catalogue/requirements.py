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
    """The rows by their id, in the order of the file, and the profile of each check."""

    def __init__(self, rows: Iterable[Requirement], profiles: Mapping[str, Profile]) -> None:
        self._profiles = profiles
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

    def checks_of(self, profile: Profile) -> frozenset[str]:
        """Return the names of the checks of a profile, without parameters."""
        named = (check for check, smallest in self._profiles.items() if profile.includes(smallest))
        return frozenset(check.partition("[")[0] for check in named)

    def profile_of_check(self, name: str) -> Profile:
        """Return the smallest profile that runs a check; `name` may have parameters in brackets."""
        return self._profiles.get(name) or self._profiles[name.partition("[")[0]]

    def profile_of(self, operation: str) -> Profile:
        """The smallest profile that knows an operation."""
        return next(row.profile for row in self._rows.values() if row.operation == operation)

    def validate_checks(self, checks: Iterable[str], profile: Profile | None = None) -> None:
        """Compare the rows with the checks that there are.

        Args:
            checks: The names of the checks that were found.
            profile: The profile whose checks have to be among them; None where only some were read.

        Raises:
            CatalogueError: A check decides no row, or a row or a profile names a check that does not exist.

        """
        found = set(checks)
        named = {check for row in self._rows.values() for check in row.checks} - {EVERY_EXCHANGE}
        if undecided := found - named:
            raise CatalogueError(f"no row names the check {min(undecided)}")
        if unlisted := named - {check.partition("[")[0] for check in self._profiles}:
            raise CatalogueError(f"no profile lists the check {min(unlisted)}")
        if profile is not None and (missing := self.checks_of(profile) - found):
            raise CatalogueError(f"profile {profile} lists the check {min(missing)}, which does not exist")


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with the suite; it does not change, and its file is read once."""
    return parse_catalogue(resources.files(__package__).joinpath("requirements.yaml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """A catalogue from the text of its file; CatalogueError where it is none."""
    document = yaml.load(text, Loader=_LOADER)  # noqa: S506  (both loaders are safe ones)
    try:
        profiles = {check: Profile(name) for name, checks in document["profiles"].items() for check in checks}
        rows = (_row(page, row) for page in document["pages"] for row in page["requirements"])
        return Catalogue(rows, profiles)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error


def _row(page: Mapping[str, Any], row: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=row["id"],
        level=Level(row["level"]),
        profile=Profile(row.get("profile", page["profile"])),
        text=row["text"],
        source=row.get("source", page["source"]),
        operation=page["operation"],
        conditional=row.get("conditional", False),
        checks=tuple(row.get("checks", ())),
        excluded=row.get("excluded"),
    )
