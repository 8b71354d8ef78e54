"""The question whether the target is still there, with a clock that only pauses and questions move."""

import pytest

from conformance.client.liveness import Liveness
from conformance.results.not_established import NotEstablishedError, TargetGoneError


class FakeTarget:
    """A target that responds to the question from some time on, after some seconds."""

    def __init__(self, back_at: float = 0, takes: float = 0.1) -> None:
        self.now = 100.0
        self.back_at = back_at
        self.takes = takes
        self.questions = 0
        self.liveness = Liveness(self.ask, lambda: self.now, self.pause, 10)

    def ask(self, seconds: float) -> bool:
        self.questions += 1
        asked, self.now = self.now, self.now + min(seconds, self.takes)
        return asked >= self.back_at and self.takes <= seconds

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_a_target_that_responds_at_once_was_not_away() -> None:
    target = FakeTarget()

    assert target.liveness.outage_since(99.0) is None
    assert (target.questions, target.liveness.notes()) == (1, [])


def test_a_target_that_comes_back_was_away_in_between() -> None:
    target = FakeTarget(back_at=104)

    outage = target.liveness.outage_since(99.0)

    assert outage is not None
    assert outage.start == 99.0
    assert 104 <= outage.end < 105
    assert target.liveness.notes() == [
        f"the target did not respond from 99.0 s to {outage.end:.1f} s of the run: 0 requests were sent again"
    ]
    assert "99.0 s" in str(target.liveness.not_established(outage))


def test_requests_of_other_threads_share_an_outage() -> None:
    target = FakeTarget(back_at=104)
    first = target.liveness.outage_since(99.0)
    questions, target.now = target.questions, 101.0

    assert target.liveness.outage_since(99.5) is first
    assert (target.questions, len(target.liveness.outages)) == (questions, 1)


def test_a_target_that_does_not_come_back_is_gone() -> None:
    target = FakeTarget(back_at=1000)

    with pytest.raises(TargetGoneError, match="the target went away"):
        target.liveness.outage_since(99.0)
    questions = target.questions
    with pytest.raises(TargetGoneError):
        target.liveness.raise_if_gone()
    with pytest.raises(NotEstablishedError):
        target.liveness.outage_since(99.0)

    assert (target.liveness.ended, target.questions) == ("the target went away", questions)
    assert target.now <= 111


def test_a_silent_target_is_asked_ever_longer_until_the_patience_is_over() -> None:
    target = FakeTarget(takes=1000)

    with pytest.raises(TargetGoneError):
        target.liveness.outage_since(99.0)
    assert target.questions == 4
    assert 110 <= target.now < 111


def test_a_question_that_gets_lost_does_not_hide_that_the_target_is_back() -> None:
    target = FakeTarget(back_at=101)
    target.liveness = Liveness(
        lambda seconds: target.ask(seconds) if target.now >= 101 else bool(target.pause(seconds)),
        lambda: target.now,
        target.pause,
        10,
    )

    assert target.liveness.outage_since(90.0) is not None


def test_a_late_response_is_an_outage_unless_the_target_is_always_late() -> None:
    late, usual = FakeTarget(takes=3), FakeTarget(takes=3)

    assert late.liveness.outage_since(99.0) is not None
    assert usual.liveness.outage_since(99.0, usual=2.0) is None


def test_a_target_that_responds_to_the_question_alone_ends_the_run() -> None:
    target = FakeTarget()
    requests = 0
    while target.liveness.ended is None:
        sent, target.now = target.now, target.now + 10  # a timeout
        assert target.liveness.outage_since(sent) is None
        requests += 1

    assert (requests, target.liveness.ended) == (5, "the target stopped responding to requests with a key")


def test_a_response_ends_the_silence_and_concurrent_timeouts_count_once() -> None:
    target = FakeTarget()
    for _ in range(20):
        for _ in range(8):
            target.liveness.outage_since(target.now - 10)
        target.liveness.responded()
        target.now += 100

    assert target.liveness.ended is None
