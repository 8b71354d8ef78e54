"""The shortest walk that shows what a walk has shown: steps are left out, then made simpler, as long as it does."""

import time
from dataclasses import replace
from itertools import product

from conformance.stateful.step_runner import SIMPLEST, Step, StepRunner
from conformance.stateful.trace import TraceEnded, TraceSession

Steps = tuple[Step, ...]
_FIELDS = ("caller", "group", "body_variant", "read_back", "audience", "pick")


def shrink(walks: TraceSession, requirement: str, trail: Steps, until: float) -> None:
    """Look for a shorter walk that breaks a requirement, until some time; `walks` keeps the shortest.

    A fault that does not show again was seen all the same: then the walk stays as long as it was.
    """
    walks.skip_settling = True
    if reproduces(walks, requirement, trail):
        trail = _remove_steps(walks, requirement, trail, until)
        trail = _simplify_steps(walks, requirement, trail, until)
        trail = _remove_steps(walks, requirement, trail, until)
    walks.skip_settling, walks.waits = False, int(time.monotonic() < until)
    if walks.waits:
        reproduces(walks, requirement, trail)


def reproduces(walks: TraceSession, requirement: str, trail: Steps) -> bool:
    """Take the steps, each as it was; whether they break the requirement."""
    wanderer = StepRunner(walks, requirement)
    try:
        for step in trail:
            wanderer.take(step)
    except TraceEnded:
        pass
    finally:
        wanderer.actors.teardown()
    return requirement in wanderer.trace.hits


def _remove_steps(walks: TraceSession, requirement: str, trail: Steps, until: float) -> Steps:
    """Leave out half of it, then a quarter, and in the end one step at a time, until none can be left out."""
    size = len(trail) // 2
    while size:
        before = len(trail)
        for start in range(len(trail) - size, -size, -size):
            tried = trail[: max(start, 0)] + trail[start + size :]
            if time.monotonic() > until:
                return trail
            if reproduces(walks, requirement, tried):
                trail = tried
        size = size // 2 if size > 1 or len(trail) == before else size
    return trail


def _simplify_steps(walks: TraceSession, requirement: str, trail: Steps, until: float) -> Steps:
    """Make each choice the simplest, where it does not matter."""
    for place, name in product(range(len(trail)), _FIELDS):
        what, choice = trail[place]
        simpler = replace(choice, **{name: getattr(SIMPLEST, name)})
        if time.monotonic() > until:
            return trail
        tried = (*trail[:place], (what, simpler), *trail[place + 1 :])
        if simpler != choice and reproduces(walks, requirement, tried):
            trail = tried
    return trail
