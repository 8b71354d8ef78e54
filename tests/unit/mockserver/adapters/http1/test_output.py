"""The watch over unsent data, with a transport and a loop that the test drives."""

from collections.abc import Callable
from typing import Any, cast

from mockserver.adapters.http1.output import Output

CHECKS = 4


class Timer:
    def __init__(self) -> None:
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True


class Transport:
    """A transport whose client takes bytes when the test says so."""

    def __init__(self) -> None:
        self.unsent = 0
        self.is_aborted = False

    def write(self, data: bytes) -> None:
        self.unsent += len(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def abort(self) -> None:
        self.is_aborted = True


class Loop:
    """A loop with one timer at most."""

    def __init__(self) -> None:
        self.delays: list[float] = []
        self.timer: Timer | None = None
        self._callback: Callable[[], None] = lambda: None

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        assert self.timer is None, "there are two timers"
        self.delays.append(delay)
        self.timer, self._callback = Timer(), callback
        return self.timer

    def pass_time(self) -> None:
        self.timer = None
        self._callback()


def made() -> tuple[Output, Transport, Loop]:
    transport, loop = Transport(), Loop()
    return Output(cast("Any", transport), cast("Any", loop), 30.0), transport, loop


def test_a_client_that_takes_no_byte_is_disconnected_after_the_time() -> None:
    output, transport, loop = made()
    output.write(b"12345")
    for _ in range(CHECKS - 1):
        loop.pass_time()
        assert not transport.is_aborted
    loop.pass_time()

    assert transport.is_aborted
    assert sum(loop.delays) == 30.0
    assert loop.timer is None


def test_a_client_that_takes_a_byte_now_and_then_is_not_disconnected() -> None:
    output, transport, loop = made()
    output.write(b"1234567890")
    for _ in range(9):
        transport.unsent -= 1
        for _ in range(CHECKS - 1):
            loop.pass_time()

    assert not transport.is_aborted


def test_new_data_are_not_taken_for_progress() -> None:
    output, transport, loop = made()
    for _ in range(CHECKS):
        output.write(b"12345")
        loop.pass_time()

    assert transport.is_aborted


def test_a_taken_byte_is_progress_although_as_much_is_written() -> None:
    output, transport, loop = made()
    output.write(b"12345")
    for _ in range(3 * CHECKS):
        transport.unsent -= 2
        output.write(b"12")
        loop.pass_time()

    assert not transport.is_aborted


def test_the_timer_runs_only_while_data_wait() -> None:
    output, transport, loop = made()
    output.write(b"12345")
    output.write(b"12345")
    transport.unsent = 0
    loop.pass_time()
    assert loop.timer is None

    output.write(b"12345")
    assert loop.timer is not None


def test_a_client_has_the_full_time_again_after_everything_was_sent() -> None:
    output, transport, loop = made()
    output.write(b"12345")
    for _ in range(CHECKS - 1):
        loop.pass_time()
    transport.unsent = 0
    loop.pass_time()
    output.write(b"12345")
    for _ in range(CHECKS - 1):
        loop.pass_time()

    assert not transport.is_aborted


def test_the_end_of_the_connection_stops_the_timer() -> None:
    output, _, loop = made()
    output.write(b"12345")
    output.stop()

    assert loop.timer is not None
    assert loop.timer.is_cancelled
