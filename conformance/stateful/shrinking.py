"""The shortest walk that shows what a walk has shown: steps are left out, then made simpler, as long as it does."""

import time
from dataclasses import replace
from itertools import product

from conformance.stateful.step_runner import SIMPLEST, Step, Wanderer
from conformance.stateful.trace import BrokenError, Walks

Trail = tuple[Step, ...]
_FIELDS = ("who", "where", "form", "look", "which", "other")


def shorten(walks: Walks, requirement: str, trail: Trail, until: float) -> None:
    """Look for a shorter walk that breaks a requirement, until some time; `walks` keeps the shortest.

    A fault that does not show again was seen all the same: then the walk stays as long as it was.
    """
    walks.hurried = True
    if shows(walks, requirement, trail):
        trail = _shorter(walks, requirement, trail, until)
        trail = _simpler(walks, requirement, trail, until)
        trail = _shorter(walks, requirement, trail, until)
    walks.hurried, walks.waits = False, int(time.monotonic() < until)
    if walks.waits:
        shows(walks, requirement, trail)


def shows(walks: Walks, requirement: str, trail: Trail) -> bool:
    """Take the steps, each as it was; whether they break the requirement."""
    wanderer = Wanderer(walks, requirement)
    try:
        for step in trail:
            wanderer.take(step)
    except BrokenError:
        pass
    finally:
        wanderer.cast.leave()
    return requirement in wanderer.walk.hits


def _shorter(walks: Walks, requirement: str, trail: Trail, until: float) -> Trail:
    """Leave out half of it, then a quarter, and in the end one step at a time, until none can be left out."""
    size = len(trail) // 2
    while size:
        before = len(trail)
        for start in range(len(trail) - size, -size, -size):
            tried = trail[: max(start, 0)] + trail[start + size :]
            if time.monotonic() > until:
                return trail
            if shows(walks, requirement, tried):
                trail = tried
        size = size // 2 if size > 1 or len(trail) == before else size
    return trail


def _simpler(walks: Walks, requirement: str, trail: Trail, until: float) -> Trail:
    """Make each choice the simplest, where it does not matter."""
    for place, name in product(range(len(trail)), _FIELDS):
        what, choice = trail[place]
        simpler = replace(choice, **{name: getattr(SIMPLEST, name)})
        if time.monotonic() > until:
            return trail
        tried = (*trail[:place], (what, simpler), *trail[place + 1 :])
        if simpler != choice and shows(walks, requirement, tried):
            trail = tried
    return trail
