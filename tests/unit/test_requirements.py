import pytest

from conformance.requirements import CatalogueError, Level, catalogue, read

ROW = """
source: https://example.com/page
requirements:
  - {{id: A, level: MUST, text: A sentence, {more}}}
"""


def test_the_catalogue_that_ships_is_sound_and_holds_only_musts_with_checks() -> None:
    known = catalogue()

    assert {row.level for row in known.values()} <= {Level.MUST, Level.SHOULD}
    assert all(row.checks or row.excluded for row in known.values())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("checks: []", "needs checks"),
        ("excluded: why, checks: [x]", "not both"),
        ("level: OUGHT, checks: [x]", "OUGHT"),
        ("checks: [x]}\n  - {id: A, level: MUST, text: T, checks: [y]", "stands twice"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(more: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        read(ROW.format(more=more))


@pytest.mark.parametrize(("checks", "said"), [(["x", "y"], "no row names the check y"), ([], "x, which is not there")])
def test_rows_and_checks_have_to_know_each_other(checks: list[str], said: str) -> None:
    known = read(ROW.format(more="checks: [x]"))

    with pytest.raises(CatalogueError, match=said):
        known.hold_against(checks)


def test_a_check_decides_the_rows_that_name_it() -> None:
    assert read(ROW.format(more="checks: [x, z]")).decided_by("z") == ("A",)
