import pytest

from conformance.catalogue import operations
from conformance.catalogue.requirements import CatalogueError, Level, Profile, load_catalogue, parse_catalogue
from conformance.client.contract import Contract
from openapi import contract

ROW = """
profiles:
  delete: [x]
  audiences: [y, z]
  full: ["x[second]"]
pages:
  - operation: deleteAudience
    profile: delete
    source: https://example.com/page
    requirements:
      - {{id: AUD-DELETE-A, level: MUST, text: A sentence, {more}}}
"""
TWO_PAGES = (
    ROW.format(more="checks: [x]")
    + """
  - operation: getAudience
    profile: audiences
    source: https://example.com/other
    requirements:
      - {id: AUD-GET-A, level: SHOULD, text: Another, checks: [x]}
      - {id: AUD-GET-B, level: MAY, text: Advice, excluded: it cannot be seen}
"""
)


def test_the_catalogue_of_the_suite_has_checks_for_each_must_and_should() -> None:
    known = load_catalogue()

    assert {row.level for row in known.values() if row.excluded is None} <= {Level.MUST, Level.SHOULD}
    assert all(row.checks or row.excluded for row in known.values())


def test_no_must_stands_on_an_inferred_row() -> None:
    known, documented = load_catalogue(), Contract(contract())
    rows = [
        operation.requirement(f"ROW-{status}")
        for operation in operations.OPERATIONS
        for status in documented.statuses(operation)
        if getattr(documented.row(operation, status), "is_inferred", False)
    ]

    assert len(rows) == 5
    assert {row for row in rows if known[row].level is Level.MUST} == set()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("checks: []", "needs either checks"),
        ("excluded: why, checks: [x]", "not both"),
        ("level: OUGHT, checks: [x]", "OUGHT"),
        ("checks: [x]}\n      - {id: AUD-DELETE-A, level: MUST, text: T, checks: [y]", "listed twice"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(more: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        parse_catalogue(ROW.format(more=more))


@pytest.mark.parametrize(
    ("row", "checks", "profile", "said"),
    [
        ("checks: [x]", ["x", "y"], None, "no requirement names the check y"),
        ("checks: [x, new]", ["x"], None, "no profile lists the check new"),
        ("checks: [x]", [], Profile.DELETE, "profile delete lists the check x, which does not exist"),
        ("checks: [x, y, z]", ["x", "y"], Profile.FULL, "profile full lists the check z"),
    ],
)
def test_rows_profiles_and_checks_must_agree(row: str, checks: list[str], profile: Profile | None, said: str) -> None:
    known = parse_catalogue(ROW.format(more=row))

    with pytest.raises(CatalogueError, match=said):
        known.validate_checks(checks, profile)


def test_checks_of_a_larger_profile_or_of_unread_files_may_be_missing() -> None:
    known = parse_catalogue(ROW.format(more="checks: [x, y, z]"))

    known.validate_checks(["x"], Profile.DELETE)
    known.validate_checks([], None)


@pytest.mark.parametrize(
    ("name", "profile"),
    [("x", Profile.DELETE), ("x[first]", Profile.DELETE), ("x[second]", Profile.FULL), ("z", Profile.AUDIENCES)],
)
def test_a_check_belongs_to_the_profile_that_lists_it_or_its_parameter(name: str, profile: Profile) -> None:
    assert parse_catalogue(ROW.format(more="checks: [x]")).profile_of_check(name) is profile


def test_a_profile_runs_its_checks_and_those_of_the_smaller_ones() -> None:
    known = parse_catalogue(ROW.format(more="checks: [x]"))

    assert [known.checks_of(profile) for profile in Profile] == [{"x"}, {"x", "y", "z"}, {"x", "y", "z"}]


def test_a_check_decides_the_rows_that_name_it() -> None:
    assert parse_catalogue(ROW.format(more="checks: [x, z]")).decided_by("z") == ("AUD-DELETE-A",)


def test_a_check_for_an_operation_decides_only_its_rows() -> None:
    assert parse_catalogue(TWO_PAGES).decided_by("x", "getAudience") == ("AUD-GET-A",)


@pytest.mark.parametrize(
    ("profile", "ids"),
    [
        (Profile.DELETE, ["AUD-DELETE-A"]),
        (Profile.AUDIENCES, ["AUD-DELETE-A", "AUD-GET-A"]),
        (Profile.FULL, ["AUD-DELETE-A", "AUD-GET-A"]),
    ],
)
def test_a_profile_has_the_rows_of_smaller_profiles_without_excluded_ones(profile: Profile, ids: list[str]) -> None:
    assert [row.id for row in parse_catalogue(TWO_PAGES).for_profile(profile)] == ids


def test_an_operation_belongs_to_its_smallest_profile() -> None:
    assert parse_catalogue(TWO_PAGES).profile_of("getAudience") is Profile.AUDIENCES
