import pytest

from mockserver.domain.sandbox import SandboxClock


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
