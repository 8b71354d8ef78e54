"""The clock and the expiry of a sandbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.sandbox import Sandbox, SandboxClock

HOUR = 3_600_000


def sandbox(expiry: int | None = HOUR, used_at: int = 0) -> Sandbox:
    return Sandbox("s", "s", "secret", 0, expiry=expiry, used_at=used_at)


@pytest.mark.parametrize(
    ("idle", "expired"), [(0, False), (HOUR, False), (HOUR * 17 // 16 - 1, False), (HOUR * 2, True)]
)
def test_a_sandbox_expires_some_time_after_its_idle_limit(idle: int, *, expired: bool) -> None:
    assert sandbox().is_expired(idle) is expired


def test_a_sandbox_without_expiry_stays() -> None:
    assert not sandbox(None).is_expired(10**15)
    assert sandbox(None).used(10**15).used_at == 0


def test_a_use_is_recorded_only_when_the_last_record_is_old() -> None:
    unused = sandbox()

    assert unused.used(HOUR // 16) is unused
    assert unused.used(HOUR // 16 + 1).used_at == HOUR // 16 + 1


@given(st.integers(1_000, 10 * HOUR), st.lists(st.integers(0, 20 * HOUR), max_size=30))
def test_a_sandbox_expires_only_after_its_whole_idle_time(expiry: int, pauses: list[int]) -> None:
    now, last, current = 0, 0, sandbox(expiry)
    for pause in pauses:
        now += pause
        if current.is_expired(now):
            assert now - last >= expiry
            return
        assert now - last < expiry + expiry // 16
        current, last = current.used(now), now


def test_a_real_clock_shows_real_time() -> None:
    assert SandboxClock().now(5_000) == 5_000


def test_a_frozen_clock_stands_still_until_it_is_advanced() -> None:
    frozen = SandboxClock().frozen(5_000)

    assert frozen.now(9_000) == 5_000
    assert frozen.advanced(250).now(9_000) == 5_250


def test_a_clock_can_be_frozen_at_a_later_instant_only() -> None:
    assert SandboxClock().frozen(5_000, at=6_000).now(0) == 6_000
    with pytest.raises(ValueError, match="only goes forward"):
        SandboxClock().frozen(5_000, at=4_999)


def test_a_clock_that_was_ahead_runs_on_from_where_it_stands() -> None:
    running = SandboxClock().frozen(5_000).advanced(10_000).running(6_000)

    assert running.now(6_000) == 15_000
    assert running.now(7_000) == 16_000


def test_a_clock_that_was_behind_goes_back_to_real_time() -> None:
    assert SandboxClock().frozen(5_000).running(8_000).now(8_000) == 8_000


def test_a_running_clock_can_be_advanced() -> None:
    assert SandboxClock().advanced(500).now(5_000) == 5_500
