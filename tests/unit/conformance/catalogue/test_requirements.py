import pytest

from conformance.catalogue.requirements import CatalogueError, Level, Profile, load_catalogue, parse_catalogue

ROW = """
pages:
  - operation: deleteAudience
    prefix: AUD-DELETE
    profile: delete
    source: https://example.com/page
    requirements:
      - {{fact: A, level: MUST, text: A sentence, {more}}}
"""
TWO_PAGES = (
    ROW.format(more="checks: [x]")
    + """
  - operation: getAudience
    prefix: AUD-GET
    profile: audiences
    source: https://example.com/other
    requirements:
      - {fact: A, level: SHOULD, text: Another, checks: [x]}
      - {fact: B, level: MAY, text: Advice, excluded: it cannot be seen}
"""
)


def test_the_catalogue_that_ships_is_sound_and_holds_only_musts_with_checks() -> None:
    known = load_catalogue()

    assert {row.level for row in known.values() if row.excluded is None} <= {Level.MUST, Level.SHOULD}
    assert all(row.checks or row.excluded for row in known.values())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("checks: []", "needs checks"),
        ("excluded: why, checks: [x]", "not both"),
        ("level: OUGHT, checks: [x]", "OUGHT"),
        ("checks: [x]}\n      - {fact: A, level: MUST, text: T, checks: [y]", "stands twice"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(more: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        parse_catalogue(ROW.format(more=more))


@pytest.mark.parametrize(("checks", "said"), [(["x", "y"], "no row names the check y"), ([], "x, which is not there")])
def test_rows_and_checks_have_to_know_each_other(checks: list[str], said: str) -> None:
    known = parse_catalogue(ROW.format(more="checks: [x]"))

    with pytest.raises(CatalogueError, match=said):
        known.validate_checks(checks)


def test_a_check_decides_the_rows_that_name_it() -> None:
    assert parse_catalogue(ROW.format(more="checks: [x, z]")).decided_by("z") == ("AUD-DELETE-A",)


def test_a_check_that_is_run_for_one_operation_decides_only_what_is_of_that() -> None:
    assert parse_catalogue(TWO_PAGES).decided_by("x", "getAudience") == ("AUD-GET-A",)


@pytest.mark.parametrize(
    ("profile", "ids"),
    [
        (Profile.DELETE, ["AUD-DELETE-A"]),
        (Profile.AUDIENCES, ["AUD-DELETE-A", "AUD-GET-A"]),
        (Profile.FULL, ["AUD-DELETE-A", "AUD-GET-A"]),
    ],
)
def test_a_profile_has_the_rows_of_those_before_it_but_no_excluded_ones(profile: Profile, ids: list[str]) -> None:
    assert [row.id for row in parse_catalogue(TWO_PAGES).for_profile(profile)] == ids


def test_an_operation_belongs_to_the_smallest_profile_that_knows_it() -> None:
    assert parse_catalogue(TWO_PAGES).profile_of("getAudience") is Profile.AUDIENCES
