"""The deferral of Ctrl-C while the suite makes a resource that it has to note, so that it can be deleted again."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def defer_signals() -> Iterator[None]:
    """Defer the handling of SIGINT and SIGTERM until the end of the block."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals come to the main thread only
        return
    deferred: list[tuple[int, FrameType | None]] = []
    handlers = {
        number: signal.signal(number, lambda received, frame: deferred.append((received, frame))) for number in _SIGNALS
    }
    try:
        yield
    finally:
        for number in _SIGNALS:
            signal.signal(number, handlers[number])
        for received, frame in deferred[:1]:
            handler = handlers[signal.Signals(received)]
            if callable(handler):
                handler(received, frame)
