"""Instants in the vendor's format, from the year 1 to 9999, written and read back."""

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
def test_an_instant_is_written_with_a_four_digit_year_and_read_back(text: str) -> None:
    assert iso(parse(text)) == text


def test_a_zone_offset_cannot_lead_before_the_year_1() -> None:
    with pytest.raises(ValueError, match="before the year 1"):
        parse("0001-01-01T00:00:00+14:00")


def test_the_last_instant_is_the_year_9000() -> None:
    assert iso(END) == "9000-01-01T00:00:00.000Z"
