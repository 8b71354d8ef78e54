"""The thread that stops the workers after a signal, and the run itself where the main thread does not end it."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 30.0
"""Seconds that workers have to tear down once they are interrupted."""
_LAST_PATIENCE = 30.0
"""Seconds that the main thread has to end the run once the workers are killed."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class WorkerStopper:
    """A thread that waits for SIGINT or SIGTERM, interrupts the workers, and kills those that go on.

    The interpreter tells it of a signal by a pipe at once, also while the main thread waits for a lock; a handler in
    Python runs in the main thread alone, between two of its instructions, and may take no lock that it holds.

    Args:
        send: The function that sends a signal to all workers.
        give_up: The function that ends this process.
        patience: Seconds that workers have to tear down.
        last_patience: Seconds that the main thread has once they are killed.
    """

    def __init__(
        self,
        send: Callable[[signal.Signals], None],
        give_up: Callable[[], object],
        *,
        patience: float = _PATIENCE,
        last_patience: float = _LAST_PATIENCE,
    ) -> None:
        self._send = send
        self._give_up = give_up
        self._patience = patience
        self._last_patience = last_patience
        self._is_over = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Wait for a signal until the block is left; it is entered by the main thread."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        thread = threading.Thread(target=self._watch, args=(reading,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            self._is_over.set()
            os.close(writing)
            thread.join()
            os.close(reading)

    def _watch(self, reading: int) -> None:
        number = os.read(reading, 1)
        while number and number[0] not in _SIGNALS:
            number = os.read(reading, 1)
        if not number:
            return
        self._send(signal.SIGINT)
        if not self._is_over.wait(self._patience):
            self._send(signal.SIGKILL)
            if not self._is_over.wait(self._last_patience):
                self._give_up()
