"""The bounds of the dependencies."""

import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.harness.dependency_bounds import ROOT, declared, lowest, tools


def pins() -> dict[str, str]:
    """Return the pinned version of each distribution."""
    lines = (line for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


def test_every_dependency_has_a_lowest_version() -> None:
    assert len(lowest(declared())) == len(declared())


def test_the_lowest_version_is_taken_from_a_range() -> None:
    assert lowest([Requirement("a>=1.2,<2"), Requirement("b>=3; python_version > '3'")]) == ["a==1.2", "b==3"]


def test_every_pinned_version_is_within_the_bounds() -> None:
    pinned = pins()
    outside = [
        str(each) for each in (*declared(), *tools()) if pinned[canonicalize_name(each.name)] not in each.specifier
    ]

    assert outside == []


def test_the_suite_runs_with_two_series_of_pytest() -> None:
    (pytest_bounds,) = [each.specifier for each in declared() if each.name == "pytest"]

    assert all(version in pytest_bounds for version in ("8.4.0", "8.4.2", "9.0.0", "9.2.0"))


@pytest.mark.parametrize("extra", ["client", "pytest"])
def test_the_extras_for_tests_have_the_bounds_of_the_suite(extra: str) -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    assert set(listed[extra]) - {"audience-mock[client]"} <= set(listed["suite"])
