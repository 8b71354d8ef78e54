"""The dependencies that the package declares, and their lowest versions."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
EXTRAS = ("suite", "sql")
"""The extras of users: their lower bounds are proved, those of developers' tools are not."""


def _project() -> Mapping[str, Any]:
    project: Mapping[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def declared() -> Sequence[Requirement]:
    """Return the dependencies of the server and of each extra for users."""
    project = _project()
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in EXTRAS)]
    return [Requirement(text) for listed in lists for text in listed]


def tools() -> Sequence[Requirement]:
    """Return what the tests and the other tools of developers need besides."""
    listed = [Requirement(text) for text in _project()["optional-dependencies"]["dev"]]
    return [requirement for requirement in listed if requirement.name != "audience-mock"]


def lowest(requirements: Sequence[Requirement]) -> Sequence[str]:
    """Return constraints for pip, with the lowest version of each requirement."""
    return [
        f"{each.name}=={bound.version}" for each in requirements for bound in each.specifier if bound.operator == ">="
    ]
