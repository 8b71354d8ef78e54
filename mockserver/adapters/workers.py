"""Several processes that serve one socket: started together, watched, and stopped together."""

import multiprocessing
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

Work = Callable[[socket.socket, Connection], None]
"""What a process does: serve the socket, send something over the connection when it is ready, end when that closes."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 20


class Worker:
    """One process, and the line to it: its end is here, so that the process knows when this one is gone."""

    def __init__(self, work: Work, listening: socket.socket) -> None:
        self.line, other = multiprocessing.Pipe()
        self.ready = False
        self.process: SpawnProcess = multiprocessing.get_context("spawn").Process(target=work, args=(listening, other))
        self.process.start()
        other.close()

    def hear(self) -> None:
        """Take note of what it says: that it is ready."""
        try:
            self.line.recv()
            self.ready = True
        except EOFError:
            self.line.close()  # it has ended, as its sentinel says too

    def stop(self) -> None:
        """End it as a whole."""
        self.line.close()
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Workers:
    """So many processes. One that ends is replaced; where that comes to nothing, again after a pause, in seconds.

    Until all have been ready once, the end of one is the end of all: then none would be.
    """

    def __init__(
        self, work: Work, listening: socket.socket, count: int, on_start: Callable[[], None], pause: float = 1.0
    ) -> None:
        self._work = work
        self._listening = listening
        self._count = count
        self._on_start = on_start
        self._pause = pause
        self._workers: list[Worker] = []
        self._started = False

    def run(self) -> int:
        """Serve until SIGINT or SIGTERM; answers the exit status, 1 where a process could not start."""
        with _signals() as stopping:
            try:
                self._workers = [self._start() for _ in range(self._count)]
                while stopping not in self._wait(stopping):
                    if any(not worker.ready and not worker.process.is_alive() for worker in self._workers):
                        if not self._started:
                            return 1
                        if wait([stopping], self._pause):
                            return 0
                    self._workers = [one if one.process.is_alive() else self._start() for one in self._workers]
                    self._tell()
                return 0
            finally:
                for worker in self._workers:
                    worker.process.terminate()
                for worker in self._workers:
                    worker.stop()

    def _start(self) -> Worker:
        return Worker(self._work, self._listening)

    def _wait(self, stopping: Connection) -> list[object]:
        lines = {worker.line: worker for worker in self._workers if not worker.line.closed}
        heard = wait([stopping, *lines, *(worker.process.sentinel for worker in self._workers)])
        for line in heard:
            if isinstance(line, Connection) and line in lines:
                lines[line].hear()
        return list(heard)

    def _tell(self) -> None:
        if not self._started and all(worker.ready for worker in self._workers):
            self._started = True
            self._on_start()


@contextmanager
def _signals() -> Iterator[Connection]:
    """A connection that can be read once a signal to stop has come."""
    reading, writing = multiprocessing.Pipe(duplex=False)
    before = {number: signal.signal(number, lambda *_: writing.send("stop")) for number in _SIGNALS}
    try:
        yield reading
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
