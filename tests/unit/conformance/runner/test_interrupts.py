"""Ctrl-C, once, twice and three times."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest

from conformance.runner.deadline import Deadline
from conformance.runner.interrupts import Interrupts, PersistentInterrupt


def test_the_first_signal_ends_the_checks_and_the_second_hurries(capsys: pytest.CaptureFixture[str]) -> None:
    deadline = Deadline(None)
    with Interrupts(deadline).handled():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)  # the checks are about to end: there is nothing to give up

    assert 0 < deadline.remaining <= 5
    assert capsys.readouterr().err == "cleaning up, for 5 s at most; once more gives up\n"


def test_the_third_signal_gives_the_clean_up_up() -> None:
    deadline = Deadline(None)
    interrupts = Interrupts(deadline)
    with pytest.raises(KeyboardInterrupt):
        interrupts.handle(signal.SIGINT, None)
    deadline.begin_clean_up()
    interrupts.handle(signal.SIGINT, None)

    with pytest.raises(KeyboardInterrupt):
        interrupts.handle(signal.SIGINT, None)


def test_the_handlers_from_before_come_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with Interrupts(Deadline(None)).handled():
        assert signal.getsignal(signal.SIGINT) != before[0]

    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


@pytest.fixture
def handlers() -> Iterator[None]:
    """The handlers of signals are as before once the test is over."""
    numbers = (signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_the_garbage_collector_drops_is_raised_again() -> None:
    def collecting(*_: object) -> None:
        gc.callbacks.remove(collecting)
        signal.raise_signal(signal.SIGINT)

    interrupt = PersistentInterrupt(seconds=60)
    gc.callbacks.append(collecting)
    gc.collect()
    until_next, interval = signal.getitimer(signal.ITIMER_REAL)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGALRM)  # as the timer does

    interrupt.end()
    assert 0 < until_next <= interval == 60
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
