"""The settling time of a run: how long lists and single reads may take to show a change."""

from collections.abc import Callable, Iterator

DEFAULT_SETTLING_TIME = 2.0
"""Seconds. No page prints a number: the suite's own reading, which `--settle` changes."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.1
_SHORTEST_NOTED = 0.01
_MOST_UNREADABLE = 3
"""The looks in a row after which a list without items is not looked at again: time makes no list of it."""


class Settling:
    """The settling time of a run, and how long things took to settle in it.

    Attributes:
        longest: The seconds after which a change has to be visible everywhere.
        unreadable_lists: The number of lists so far in which no items could be found.
    """

    def __init__(self, longest: float = DEFAULT_SETTLING_TIME) -> None:
        self.longest = longest
        self.unreadable_lists = 0
        self._slowest: dict[str, float] = {}

    def pauses(self) -> Iterator[float]:
        """Yield the seconds to wait before each further look: short ones at first, `longest` in all, and a last one."""
        remaining, pause = self.longest, _FIRST_PAUSE
        while remaining > 0:
            yield min(pause, remaining)
            remaining -= pause
            pause = min(2 * pause, _LONGEST_PAUSE)
        yield _LONGEST_PAUSE

    def note(self, subject: str, seconds: float) -> None:
        """Note that a change was visible only after some seconds."""
        self._slowest[subject] = max(seconds, self._slowest.get(subject, 0.0))

    def notes(self) -> list[str]:
        """Return remarks for the report: the settling time, and what took how long to settle."""
        remarks = [f"the settling time was {self.longest:g} s (--settle): no page prints a number"]
        for subject, seconds in sorted(self._slowest.items()):
            if seconds >= _SHORTEST_NOTED:
                remarks.append(f"{subject} took up to {seconds:.1f} s to settle")
        return remarks


def poll(
    settling: Settling, wait: Callable[[float], None], condition: Callable[[], bool], subject: str
) -> tuple[bool, bool]:
    """Return whether a condition holds at once, and whether it holds within the settling time.

    The condition counts as lost earlier if three looks in a row have found a list without items.

    Args:
        settling: The settling time.
        wait: A function that waits for some seconds.
        condition: A function that looks, and returns whether the condition holds.
        subject: The plural of what has to settle, for the report.
    """
    unreadable = settling.unreadable_lists
    if condition():
        return True, True
    waited, in_a_row = 0.0, 0
    for pause in settling.pauses():
        in_a_row = in_a_row + 1 if settling.unreadable_lists > unreadable else 0
        if in_a_row == _MOST_UNREADABLE:
            break
        unreadable = settling.unreadable_lists
        wait(pause)
        waited += pause
        if condition():
            settling.note(subject, waited)
            return False, True
    return False, False
