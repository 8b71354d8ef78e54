"""Instants are written as the vendor does, from the year 1 to 9999, and read back."""

import pytest

from mockserver.domain.instant import END, iso, parse


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00.000Z",
        "0453-10-07T09:33:35.001Z",
        "1969-12-31T23:59:59.999Z",
        "2026-04-28T15:30:00.000Z",
        "9999-12-31T23:59:59.999Z",
    ],
)
def test_what_is_written_has_four_digits_for_the_year_and_is_read_back(text: str) -> None:
    assert iso(parse(text)) == text


def test_a_zone_does_not_lead_out_of_what_can_be_written() -> None:
    with pytest.raises(ValueError, match="before the year 1"):
        parse("0001-01-01T00:00:00+14:00")


def test_the_end_is_the_year_9000() -> None:
    assert iso(END) == "9000-01-01T00:00:00.000Z"
