import pytest

from conformance.results.expected_failures import ExpectedFailure, ExpectedFailuresError, read

KNOWN = {"AUD-DELETE-GUARD", "AUD-DELETE-GONE"}


def test_a_line_names_a_requirement_and_the_reason() -> None:
    failures = read("AUD-DELETE-GUARD  known since May, see #12\n", KNOWN)

    assert failures == {"AUD-DELETE-GUARD": ExpectedFailure("AUD-DELETE-GUARD", "known since May, see #12", 1)}


def test_comments_and_empty_lines_are_skipped_but_counted() -> None:
    failures = read("# what is known\n\n  # more\r\nAUD-DELETE-GONE\tto be fixed\r\n", KNOWN)

    assert failures == {"AUD-DELETE-GONE": ExpectedFailure("AUD-DELETE-GONE", "to be fixed", 4)}


def test_a_reason_may_begin_with_the_number_of_an_issue() -> None:
    assert read("AUD-DELETE-GONE #12", KNOWN)["AUD-DELETE-GONE"].reason == "#12"


def test_an_empty_file_has_no_expected_failures() -> None:
    assert read("", KNOWN) == {}


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert list(read("\ufeffAUD-DELETE-GONE why", KNOWN)) == ["AUD-DELETE-GONE"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# first\nAUD-DELETE-GUARD\n", "line 2: AUD-DELETE-GUARD needs a reason: 'ID  reason'"),
        ("AUD-DELETE-GUARD  # no reason\n", "line 1: AUD-DELETE-GUARD needs a reason: 'ID  reason'"),
        ("\n\nAUD-DELETE-NONE why", "line 3: there is no requirement 'AUD-DELETE-NONE'"),
        ("aud-delete-guard why", "line 1: there is no requirement 'aud-delete-guard'"),
        (
            "AUD-DELETE-GUARD why\nAUD-DELETE-GONE why\nAUD-DELETE-GUARD again",
            "line 3: AUD-DELETE-GUARD is listed a second time, after line 1",
        ),
    ],
)
def test_an_invalid_line_is_refused_with_its_number(text: str, message: str) -> None:
    with pytest.raises(ExpectedFailuresError) as caught:
        read(text, KNOWN)

    assert str(caught.value) == message
    assert f"line {caught.value.line}: " in message
