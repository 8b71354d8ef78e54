"""Several processes that serve one address: started, supervised and stopped together.

Each has a socket of its own, which this process holds too: the connections that wait at the socket of a process that
ends are accepted by its replacement.
"""

import multiprocessing
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import FrameType

from mockserver.adapters.stop_signals import stop_signals

Work = Callable[[socket.socket, Connection], None]
"""The work of a process: serve the socket, send a message on the connection when ready, end when that closes."""

_STOP_TIMEOUT = 20


class Worker:
    """A process, and a connection to it, whose closing tells the process that this one has ended."""

    def __init__(self, work: Work, listening: socket.socket) -> None:
        self.connection, remote = multiprocessing.Pipe()
        self.ready = False
        self.process: SpawnProcess = multiprocessing.get_context("spawn").Process(target=work, args=(listening, remote))
        self.process.start()
        remote.close()

    def receive_ready(self) -> None:
        """Receive the message that the process is ready."""
        try:
            self.connection.recv()
            self.ready = True
        except EOFError:
            self.connection.close()  # the process has ended, as its sentinel shows too

    def stop(self) -> None:
        """Terminate the process, and kill it if it does not end."""
        self.connection.close()
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(_STOP_TIMEOUT)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Workers:
    """A fixed number of processes; a process that ends is replaced.

    If a process ends before all have been ready once, all are stopped: none could start.

    Args:
        work: The work of each process.
        listening: The socket of each process.
        on_start: The function to call when all processes are ready.
        pause: The seconds before a process is replaced that ended before it was ready.
    """

    def __init__(
        self, work: Work, listening: Sequence[socket.socket], on_start: Callable[[], None], pause: float = 1.0
    ) -> None:
        self._work = work
        self._listening = listening
        self._on_start = on_start
        self._pause = pause
        self._workers: list[Worker] = []
        self._started = False

    def run(self) -> int:
        """Serve until a signal to stop, and return the exit status: 1 if a process could not start."""
        with _stop_signals() as stopping:
            try:
                self._workers = [Worker(self._work, listening) for listening in self._listening]
                while stopping not in self._wait(stopping):
                    if any(not worker.ready and not worker.process.is_alive() for worker in self._workers):
                        if not self._started:
                            return 1
                        if wait([stopping], self._pause):
                            return 0
                    self._replace_ended()
                    self._report_start()
                return 0
            finally:
                for worker in self._workers:
                    worker.process.terminate()
                for worker in self._workers:
                    worker.stop()

    def _replace_ended(self) -> None:
        for place, worker in enumerate(self._workers):
            if not worker.process.is_alive():
                self._workers[place] = Worker(self._work, self._listening[place])

    def _wait(self, stopping: socket.socket) -> list[object]:
        """Wait for a signal, a message or the end of a process, and return the objects that are ready."""
        by_connection = {worker.connection: worker for worker in self._workers if not worker.connection.closed}
        events = wait([stopping, *by_connection, *(worker.process.sentinel for worker in self._workers)])
        for event in events:
            if isinstance(event, Connection) and event in by_connection:
                by_connection[event].receive_ready()
        return list(events)

    def _report_start(self) -> None:
        if not self._started and all(worker.ready for worker in self._workers):
            self._started = True
            self._on_start()


@contextmanager
def _stop_signals() -> Iterator[socket.socket]:
    """Yield a socket that becomes readable after a signal to stop.

    The interpreter writes to it at once. A handler in Python would run once the call that waits has returned, so that a
    signal just before this call would be lost until something else happens.
    """
    reading, writing = socket.socketpair()
    writing.settimeout(0)
    before = {number: signal.signal(number, _ignore) for number in stop_signals()}
    wakeup = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        reading.close()
        writing.close()


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing, unlike SIG_IGN, which child processes would inherit, and of which nobody is told."""
