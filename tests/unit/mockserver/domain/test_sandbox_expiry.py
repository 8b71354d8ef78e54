"""A sandbox that nobody uses goes, never too early, and noting its use is rare."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.sandbox import Sandbox

HOUR = 3_600_000


def sandbox(expiry: int | None = HOUR, used_at: int = 0) -> Sandbox:
    return Sandbox("s", "s", "secret", 0, expiry=expiry, used_at=used_at)


@pytest.mark.parametrize(
    ("idle", "expired"), [(0, False), (HOUR, False), (HOUR * 17 // 16 - 1, False), (HOUR * 2, True)]
)
def test_it_is_gone_some_time_after_its_expiry(idle: int, *, expired: bool) -> None:
    assert sandbox().is_expired(idle) is expired


def test_one_without_expiry_stays() -> None:
    assert not sandbox(None).is_expired(10**15)
    assert sandbox(None).used(10**15).used_at == 0


def test_a_use_is_noted_only_when_the_last_note_is_old() -> None:
    one = sandbox()

    assert one.used(HOUR // 16) is one
    assert one.used(HOUR // 16 + 1).used_at == HOUR // 16 + 1


@given(st.integers(1_000, 10 * HOUR), st.lists(st.integers(0, 20 * HOUR), max_size=30))
def test_it_is_gone_when_it_was_idle_for_long_enough_and_never_before(expiry: int, pauses: list[int]) -> None:
    now, last, one = 0, 0, sandbox(expiry)
    for pause in pauses:
        now += pause
        if one.is_expired(now):
            assert now - last >= expiry
            return
        assert now - last < expiry + expiry // 16
        one, last = one.used(now), now
