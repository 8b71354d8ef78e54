"""The handling of Ctrl-C: the first ends the checks, the second hurries the clean-up, the third gives it up."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from conformance.runner.deadline import Deadline

_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # CI sends the latter
INTERRUPTED = 2
"""The exit status of a run that a signal has ended."""
UNKNOWN_REST = "nobody knows what was set up"
_STANDARD_ERROR = 2
_HURRY = 5.0
"""Seconds that the clean-up may take after the second signal."""


class Interrupts:
    """The signals of one run in this process."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._count = 0

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle SIGINT and SIGTERM."""
        before = {number: signal.signal(number, self.handle) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle(self, _number: int, _frame: FrameType | None) -> None:
        """Count a signal; KeyboardInterrupt at the first, and at the third if the clean-up has begun."""
        self._count += 1
        if self._count == 1 or (self._count > 2 and self._deadline.is_cleaning_up):  # noqa: PLR2004  (the third)
            raise KeyboardInterrupt
        if self._count == 2:  # noqa: PLR2004  (the second)
            self._deadline.hurry(_HURRY)
            click.echo(f"cleaning up, for {_HURRY:g} s at most; once more gives up", err=True)


class PersistentInterrupt:
    """The KeyboardInterrupt of a worker after SIGINT, raised again while it has no effect.

    An exception that is raised inside a callback of the garbage collector (Hypothesis has one), or inside a destructor,
    is dropped by the interpreter. Further signals are ignored: the terminal and the first process both send one.

    Args:
        seconds: The time after which it is raised again.
    """

    def __init__(self, seconds: float = 2.0) -> None:
        self._seconds = seconds
        signal.signal(signal.SIGINT, self._begin)

    def _begin(self, _number: int, _frame: FrameType | None) -> NoReturn:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGALRM, self._repeat)
        signal.setitimer(signal.ITIMER_REAL, self._seconds, self._seconds)
        raise KeyboardInterrupt

    def _repeat(self, _number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    def end(self) -> None:
        """Raise no more: it had its effect."""
        signal.setitimer(signal.ITIMER_REAL, 0)


def give_up() -> NoReturn:
    """End this process at once, whatever its main thread waits for, with a message."""
    os.write(_STANDARD_ERROR, f"interrupted: not torn down: {UNKNOWN_REST}\n".encode())
    os._exit(INTERRUPTED)
