"""The pauses after a response 429, with a clock that only they move."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conformance.client.rate_limit import RateLimit

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
IN_90_SECONDS = format_datetime(NOON + timedelta(seconds=90), usegmt=True)


def patience() -> tuple[RateLimit, list[float]]:
    waited: list[float] = []
    return RateLimit(waited.append, lambda: NOON), waited


def refusals(limit: RateLimit, headers: dict[str, str]) -> int:
    """Refuse a request until it is given up, and return the number of refusals."""
    pauses = 0
    while limit.may_retry(429, headers, pauses):
        pauses += 1
    return pauses + 1


def test_without_a_word_of_the_target_the_pauses_double_and_outlast_a_limit_a_minute() -> None:
    limit, waited = patience()

    refusals(limit, {})

    assert waited == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "3600"}, 3600),
        ({"retry-after": IN_90_SECONDS}, 90),
        ({"retry-after": IN_90_SECONDS, "date": format_datetime(NOON + timedelta(seconds=80), usegmt=True)}, 10),
        ({"retry-after": IN_90_SECONDS, "date": "nonsense"}, 90),
        ({"retry-after": format_datetime(NOON - timedelta(days=1), usegmt=True)}, 0),
        ({"retry-after": "soon"}, 1),
        ({"retry-after": "-1"}, 1),
        ({"retry-after": "²"}, 1),
        ({"retry-after": "Fri, 99 Jan 99999999999 00:00:00 GMT"}, 1),
    ],
)
def test_the_target_says_how_long_its_limit_lasts(headers: dict[str, str], seconds: float) -> None:
    limit, waited = patience()

    assert limit.may_retry(429, headers, 0)
    assert waited == [seconds]


def test_a_target_that_says_no_time_at_all_is_not_asked_again_at_once() -> None:
    limit, waited = patience()

    refusals(limit, {"retry-after": "0"})

    assert waited == [0, 1, 2, 4, 8, 16, 30, 30]


def test_after_a_request_that_was_given_up_no_other_one_waits_until_the_target_takes_one() -> None:
    limit, waited = patience()

    first, second = refusals(limit, {}), refusals(limit, {})
    unkeyed = limit.may_retry(401, {}, 0)
    third = refusals(limit, {})
    taken = limit.may_retry(200, {}, 0)
    fourth = refusals(limit, {})

    assert (first, second, unkeyed, third, taken, fourth) == (9, 1, False, 1, False, 9)
    assert len(waited) == 16
