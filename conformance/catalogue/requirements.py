"""The catalogue of requirements, read from its file, and its comparison with the checks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, if PyYAML was built with libyaml

EVERY_EXCHANGE = "every exchange"
"""Used instead of a check name: every exchange of a run decides the requirement."""


class Level(StrEnum):
    """The level of a requirement (RFC 2119)."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Profile(StrEnum):
    """A part of the documentation to check a target against; each includes those before it."""

    DELETE = "delete"
    AUDIENCES = "audiences"
    FULL = "full"

    def includes(self, other: "Profile") -> bool:
        """Whether this profile includes another, or itself."""
        order = list(Profile)
        return order.index(other) <= order.index(self)


class CatalogueError(ValueError):
    """Raised when the catalogue is loaded or compared with the checks: it contradicts itself or them.

    The message names the entry.
    """


@dataclass(frozen=True, slots=True)
class Requirement:
    """An entry of the catalogue.

    Attributes:
        profile: The smallest profile that has the requirement.
        text: The documented sentence.
        source: The page of the sentence.
        operation: The `operationId` that the requirement is about.
        conditional: Whether the target may never exercise it; a run then passes without it.
        checks: The checks that decide it.
        excluded: The reason why no check decides it; None if one does.
    """

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
    """The requirements by id, in the order of the file, and the profile of each check."""

    def __init__(self, requirements: Iterable[Requirement], profiles: Mapping[str, Profile]) -> None:
        self._profiles = profiles
        self._requirements: dict[str, Requirement] = {}
        for requirement in requirements:
            if requirement.id in self._requirements:
                raise CatalogueError(f"{requirement.id} is listed twice")
            if bool(requirement.checks) == bool(requirement.excluded):
                raise CatalogueError(
                    f"{requirement.id} needs either checks, or the reason for its exclusion, and not both"
                )
            self._requirements[requirement.id] = requirement

    def __getitem__(self, requirement_id: str) -> Requirement:
        return self._requirements[requirement_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def decided_by(self, check: str, operation: str | None = None) -> tuple[str, ...]:
        """Return the ids of the requirements that a check decides; of one operation, if the check is run for it."""
        return tuple(
            requirement.id
            for requirement in self._requirements.values()
            if check in requirement.checks and operation in (None, requirement.operation)
        )

    def for_profile(self, profile: Profile) -> tuple[Requirement, ...]:
        """Return the requirements of a profile, without the excluded ones."""
        return tuple(
            requirement
            for requirement in self._requirements.values()
            if profile.includes(requirement.profile) and requirement.excluded is None
        )

    def checks_of(self, profile: Profile) -> frozenset[str]:
        """Return the names of the checks of a profile, without parameters."""
        names = (check for check, smallest in self._profiles.items() if profile.includes(smallest))
        return frozenset(check.partition("[")[0] for check in names)

    def profile_of_check(self, name: str) -> Profile:
        """Return the smallest profile that runs a check; `name` may have parameters in brackets."""
        return self._profiles.get(name) or self._profiles[name.partition("[")[0]]

    def profile_of(self, operation: str) -> Profile:
        """Return the smallest profile that has a requirement of an operation."""
        return next(
            requirement.profile for requirement in self._requirements.values() if requirement.operation == operation
        )

    def validate_checks(self, checks: Iterable[str], profile: Profile | None = None) -> None:
        """Compare the entries with the existing checks.

        Args:
            checks: The names of the checks that were found.
            profile: The profile whose checks have to be among them; None where only some were read.

        Raises:
            CatalogueError: A check decides no requirement, or one of them or a profile names a missing check.
        """
        existing = set(checks)
        named = {check for requirement in self._requirements.values() for check in requirement.checks} - {
            EVERY_EXCHANGE
        }
        if undecided := existing - named:
            raise CatalogueError(f"no requirement names the check {min(undecided)}")
        if unlisted := named - {check.partition("[")[0] for check in self._profiles}:
            raise CatalogueError(f"no profile lists the check {min(unlisted)}")
        if profile is not None and (missing := self.checks_of(profile) - existing):
            raise CatalogueError(f"profile {profile} lists the check {min(missing)}, which does not exist")


@cache
def load_catalogue() -> Catalogue:
    """Return the catalogue of the suite, whose file is read once."""
    return parse_catalogue(resources.files(__package__).joinpath("requirements.yaml").read_text(encoding="utf-8"))


def parse_catalogue(text: str) -> Catalogue:
    """Return the catalogue in the text of a file; raise CatalogueError if it is invalid."""
    document = yaml.load(text, Loader=_LOADER)  # noqa: S506  (both loaders are safe)
    try:
        profiles = {check: Profile(name) for name, checks in document["profiles"].items() for check in checks}
        requirements = (_requirement(page, entry) for page in document["pages"] for entry in page["requirements"])
        return Catalogue(requirements, profiles)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"the catalogue cannot be read: {error}") from error


def _requirement(page: Mapping[str, Any], entry: Mapping[str, Any]) -> Requirement:
    return Requirement(
        id=entry["id"],
        level=Level(entry["level"]),
        profile=Profile(entry.get("profile", page["profile"])),
        text=entry["text"],
        source=entry.get("source", page["source"]),
        operation=page["operation"],
        conditional=entry.get("conditional", False),
        checks=tuple(entry.get("checks", ())),
        excluded=entry.get("excluded"),
    )
