"""The handling of Ctrl-C: the first ends the checks, the second hurries the clean-up, the third gives it up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from conformance.runner.deadline import Deadline

_SIGNALS = (signal.SIGINT, signal.SIGTERM)  # CI sends the latter
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
