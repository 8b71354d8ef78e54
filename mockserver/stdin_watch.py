"""The watch over standard input, by which a server ends with the process that has started it."""

import os
import signal
import threading
from collections.abc import Callable

_STDIN = 0
_PIECE = 65_536


def stop_at_end_of_input(stop: Callable[[], None] | None = None, descriptor: int = _STDIN) -> threading.Thread:
    """Start a thread that stops this process, as by SIGTERM, when its input ends.

    The end comes even if the process at the other end was killed, on each operating system.

    Args:
        stop: The function that stops it; None for the signal.
        descriptor: The file descriptor of the input.
    """

    def watch() -> None:
        try:
            while os.read(descriptor, _PIECE):
                continue
        except OSError:  # there is no input: it was closed from the start
            pass
        (stop or _terminate)()

    thread = threading.Thread(target=watch, name="stdin-watch", daemon=True)
    thread.start()
    return thread


def _terminate() -> None:
    os.kill(os.getpid(), signal.SIGTERM)
