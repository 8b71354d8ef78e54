from datetime import date

import pytest

from conformance.results.expected_failures import ExpectedFailure, ExpectedFailuresError, read

KNOWN = ("AUD-DELETE-GUARD", "AUD-DELETE-EFFECT")
CHECKS = ("check_guard", "check_effect")
TODAY = date(2027, 1, 31)
ENTRY = """
# known faults
[[expected]]
id = "AUD-DELETE-GUARD"
reason = "#123: queued jobs"
until = 2027-01-31
url = "https://issues.example/123"
check = "check_guard[queued]"
"""


def listed(text: str) -> list[ExpectedFailure]:
    return list(read(text, KNOWN, CHECKS))


def test_a_line_names_a_requirement_and_the_reason() -> None:
    assert listed("AUD-DELETE-GUARD \t no jobs  yet\n") == [
        ExpectedFailure("AUD-DELETE-GUARD", "no jobs yet", "line 1")
    ]


def test_comments_and_empty_lines_are_skipped_but_counted() -> None:
    (failure,) = listed("# why\n\n   # indented\nAUD-DELETE-GUARD  later\n")

    assert failure.place == "line 4"


def test_a_reason_may_begin_with_the_number_of_an_issue() -> None:
    assert listed("AUD-DELETE-GUARD  #123 # not yet")[0].reason == "#123 # not yet"


def test_an_empty_file_has_no_expected_failures() -> None:
    assert listed("") == listed("# nothing\n\n") == []


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    assert listed("\ufeffAUD-DELETE-GUARD  later")[0].requirement_id == "AUD-DELETE-GUARD"
    assert listed(f"\ufeff{ENTRY}")[0].requirement_id == "AUD-DELETE-GUARD"


def test_an_entry_of_a_toml_file_has_its_reason_last_day_address_and_check() -> None:
    (failure,) = listed(ENTRY)

    assert failure == ExpectedFailure(
        "AUD-DELETE-GUARD",
        "#123: queued jobs",
        "entry 1",
        date(2027, 1, 31),
        "https://issues.example/123",
        "check_guard[queued]",
    )
    assert failure.explanation == "#123: queued jobs, until 2027-01-31, https://issues.example/123"


def test_only_a_reason_is_required() -> None:
    (failure,) = listed('[[expected]]\nid = "AUD-DELETE-GUARD"\nreason = "later"\n')

    assert (failure.until, failure.url, failure.check, failure.explanation) == (None, None, None, "later")


def test_the_last_day_still_counts_and_may_be_a_text() -> None:
    (failure,) = listed(ENTRY.replace("2027-01-31", '"2027-01-31"', 1))

    assert not failure.is_over(TODAY)
    assert failure.is_over(date(2027, 2, 1))
    assert not ExpectedFailure("AUD-DELETE-GUARD", "later", "line 1").is_over(date.max)


def test_an_entry_of_a_check_covers_its_parameters_or_one_of_them() -> None:
    every = ExpectedFailure("AUD-DELETE-GUARD", "later", "entry 1", check="check_guard")
    one = ExpectedFailure("AUD-DELETE-GUARD", "later", "entry 1", check="check_guard[queued]")

    assert [every.covers(name) for name in ("check_guard[queued]", "check_guard", "check_effect")] == [
        True,
        True,
        False,
    ]
    assert [one.covers(name) for name in ("check_guard[queued]", "check_guard[running]")] == [True, False]


def test_a_requirement_may_have_an_entry_for_each_of_several_checks() -> None:
    assert len(listed(ENTRY + ENTRY.replace("queued]", "running]"))) == 2


def test_a_file_is_toml_by_its_name_whatever_it_contains() -> None:
    assert read("", KNOWN, toml=True) == ()
    with pytest.raises(ExpectedFailuresError, match="no TOML"):
        read("AUD-DELETE-GUARD  later", KNOWN, toml=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AUD-DELETE-GUARD", "line 1: AUD-DELETE-GUARD needs a reason"),
        ("AUD-DELETE-GUARD  # later", "line 1: AUD-DELETE-GUARD needs a reason"),
        ("\nAUD-DELETE-GARD  later", "line 2: there is no requirement 'AUD-DELETE-GARD'"),
        ("AUD-DELETE-GUARD  a\nAUD-DELETE-GUARD  b", "line 2: AUD-DELETE-GUARD is listed a second time, after line 1"),
        ("[[expected]\n", "no TOML: .* line 1"),
        ('[[expected]]\nreason = "x"', "entry 1: it needs an 'id'"),
        ('[[expected]]\nid = "AUD-DELETE-GUARD"', "entry 1: AUD-DELETE-GUARD needs a 'reason'"),
        ('[[expected]]\nid = "AUD-DELETE-GUARD"\nreason = " "', "entry 1: 'reason' has to be a text"),
        ('[[expected]]\nid = "AUD-DELETE-GARD"\nreason = "x"', "entry 1: there is no requirement 'AUD-DELETE-GARD'"),
        (ENTRY + ENTRY, "entry 2: AUD-DELETE-GUARD is listed a second time, after entry 1"),
        (ENTRY.replace("check_guard", "check_gard"), r"entry 1: there is no check 'check_gard\[queued\]'"),
        (ENTRY.replace("until = 2027-01-31", "until = 2027-01-31T00:00:00"), "entry 1: 'until' has to be a date"),
        (ENTRY.replace("until = 2027-01-31", 'until = "soon"'), "entry 1: 'until' has to be a date"),
        (ENTRY.replace("until", "till"), "entry 1: 'till' is no member: there are check, id, reason, until, url"),
        ("[expected]\nid = 1", r"the file consists of tables \[\[expected\]\]"),
        ("[other]\nid = 1", r"the file consists of tables \[\[expected\]\]"),
    ],
)
def test_an_invalid_part_is_refused_with_its_line_or_entry(text: str, message: str) -> None:
    with pytest.raises(ExpectedFailuresError, match=message):
        listed(text)
