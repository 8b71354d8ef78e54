import signal
from collections.abc import Iterator

import pytest

from mockserver.adapters.stop_signals import stop_signals


@pytest.fixture(autouse=True)
def _restored_handler() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


def test_the_end_of_the_terminal_stops_the_server() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

    assert stop_signals() == (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def test_a_server_that_nohup_has_started_outlives_the_terminal() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    assert stop_signals() == (signal.SIGINT, signal.SIGTERM)
