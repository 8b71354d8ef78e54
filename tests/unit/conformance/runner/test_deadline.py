import math
import time

import pytest

from conformance.runner.deadline import Deadline
from conformance.states import NotEstablishedError


def test_without_a_deadline_nothing_is_stopped() -> None:
    deadline = Deadline(None)

    deadline.pause(0)
    deadline.raise_if_passed()
    deadline.begin_clean_up()

    assert (deadline.remaining, deadline.stopped) == (math.inf, False)


def test_a_pause_is_cut_at_the_deadline() -> None:
    deadline, started = Deadline(0.05), time.monotonic()

    with pytest.raises(NotEstablishedError, match=r"the deadline of 0.05 s has passed"):
        deadline.pause(60)

    assert time.monotonic() - started < 10
    assert (deadline.remaining, deadline.stopped) == (0.0, True)


def test_time_that_has_passed_before_counts() -> None:
    with pytest.raises(NotEstablishedError):
        Deadline(5, elapsed=6).raise_if_passed()


def test_the_clean_up_has_some_seconds_more() -> None:
    deadline = Deadline(5, elapsed=60)

    deadline.begin_clean_up()

    deadline.raise_if_passed()
    assert (round(deadline.remaining), deadline.stopped) == (10, False)


def test_a_hurried_clean_up_ends_soon_and_stops_no_check() -> None:
    deadline = Deadline(None)
    deadline.begin_clean_up()

    deadline.hurry(0)

    with pytest.raises(NotEstablishedError, match="the clean-up was interrupted"):
        deadline.raise_if_passed()
    assert not deadline.stopped
