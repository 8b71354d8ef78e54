"""Puts Ctrl-C off while something is made that has to be noted, so that it can be taken back."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def defer_signals() -> Iterator[None]:
    """A signal that comes meanwhile is dealt with afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    came: list[tuple[int, FrameType | None]] = []
    handlers = {one: signal.signal(one, lambda number, frame: came.append((number, frame))) for one in _SIGNALS}
    try:
        yield
    finally:
        for one in _SIGNALS:
            signal.signal(one, handlers[one])
        for number, frame in came[:1]:
            handler = handlers[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)
