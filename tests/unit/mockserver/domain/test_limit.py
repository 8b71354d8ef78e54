"""The token bucket: the requests that it passes and the instants that it promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.limit import FULL, Bucket, RateLimit

LIMITS = st.builds(RateLimit, st.integers(1, 2_000), st.sampled_from([1_000, 60_000, 3_600_000]))
PAUSES = st.lists(st.one_of(st.just(0), st.integers(0, 5_000), st.integers(0, 4_000_000)), max_size=60)


def emptied(limit: RateLimit, now: int) -> Bucket:
    """Return a bucket that has just been emptied."""
    bucket = FULL
    while (after := limit.taken(bucket, now)) is not None:
        bucket = after
    return bucket


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5/s", RateLimit(5, 1_000)),
        ("60/m", RateLimit(60, 60_000)),
        ("999999/h", RateLimit(999_999, 3_600_000)),
    ],
)
def test_a_rate_is_read_and_written(text: str, limit: RateLimit) -> None:
    assert RateLimit.parse(text) == limit
    assert str(limit) == text


@pytest.mark.parametrize("text", ["", "60", "0/m", "-1/m", "60/d", "60 /m", "1000000/h", "6.5/s", "٦/s", "60/m\n"])
def test_an_invalid_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 5/s"):
        RateLimit.parse(text)


def test_a_full_bucket_passes_a_burst_and_then_single_requests() -> None:
    limit = RateLimit(3, 60_000)
    bucket = emptied(limit, 1_000)

    assert [limit.left(FULL, 1_000), limit.left(bucket, 1_000)] == [3, 0]
    assert limit.passes_at(bucket) == 21_000
    assert limit.full_at(bucket) == 61_000
    assert limit.taken(bucket, 20_999) is None
    assert limit.taken(bucket, 21_000) is not None
    assert limit.left(bucket, 61_000) == 3


def test_a_refused_request_costs_nothing() -> None:
    limit = RateLimit(1, 1_000)
    bucket = emptied(limit, 0)

    assert limit.taken(bucket, 999) is None
    assert limit.passes_at(bucket) == 1_000


@given(LIMITS, PAUSES)
def test_the_promised_instant_of_the_next_request_is_exact_to_the_millisecond(
    limit: RateLimit, pauses: list[int]
) -> None:
    now, bucket = 0, FULL
    for pause in pauses:
        now += pause
        after = limit.taken(bucket, now)
        if after is None:
            passes_at = limit.passes_at(bucket)
            assert passes_at > now
            assert limit.taken(bucket, passes_at - 1) is None
            assert limit.taken(bucket, passes_at) is not None
        bucket = after or bucket
        full_at = limit.full_at(bucket)
        assert limit.left(bucket, full_at) == limit.requests


@given(LIMITS, PAUSES)
def test_no_window_ever_sees_more_than_twice_the_rate(limit: RateLimit, pauses: list[int]) -> None:
    now, bucket, passed = 0, FULL, []
    for pause in pauses:
        now += pause
        after = limit.taken(bucket, now)
        if after is not None:
            bucket = after
            passed.append(now)

    for begin in passed:
        inside = sum(begin <= instant < begin + limit.window for instant in passed)
        assert inside <= 2 * limit.requests
