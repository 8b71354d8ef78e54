"""The output of lines by a thread of its own, so that a reader who does not read delays no request."""

import os
import select
import threading
from collections.abc import Callable

_MAX_WAITING = 1 << 20
_PAUSE = 0.05
_PATIENCE = 1.0


def _notice(dropped: int) -> str:
    return f"audience-mock: {dropped} lines are missing here, because nobody read them in time"


class LineWriter:
    """A thread that writes lines to a file; lines that it cannot write in time, or at all, are dropped and counted.

    The number of dropped lines is written as soon as there is room again.

    Args:
        file: The file descriptor. It is written without Python's buffer, which would raise at the end of the process
            what could not be written.
        max_waiting: The maximum number of characters that wait.
        notice: The function that returns the line with the number of dropped lines.
        pause: The seconds between two writes, so that a busy server writes many lines at once.
    """

    def __init__(
        self,
        file: int,
        *,
        max_waiting: int = _MAX_WAITING,
        notice: Callable[[int], str] = _notice,
        pause: float = _PAUSE,
    ) -> None:
        self._file = file
        self._max_waiting = max_waiting
        self._notice = notice
        self._pause = pause
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._waiting: list[str] = []
        self._size = 0
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def __call__(self, line: str) -> None:
        """Let a line be written, or drop it; never wait."""
        with self._lock:
            if self._size + len(line) > self._max_waiting:
                self._dropped += 1
                return
            self._waiting.append(line)
            self._size += len(line) + 1
        self._wake.set()

    def close(self, patience: float = _PATIENCE) -> None:
        """Write what waits, for some seconds at most."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(patience)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            self._write_waiting()
            self._stopping.wait(self._pause)
        self._write_waiting()

    def _write_waiting(self) -> None:
        with self._lock:
            lines, self._waiting, self._size = self._waiting, [], 0
            dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append(self._notice(dropped))
        try:
            self._write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
        except OSError:  # the reader has gone, or the file system is full
            with self._lock:
                self._dropped += dropped + len(lines) - bool(dropped)

    def _write(self, content: bytes) -> None:
        while content:
            try:
                content = content[os.write(self._file, content) :]
            except BlockingIOError:  # somebody else has made the file non-blocking
                select.select([], [self._file], [])
