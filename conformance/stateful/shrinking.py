"""Shrinking of a trace: steps are removed, then simplified, as long as the trace shows the same violation."""

import time
from dataclasses import replace
from itertools import product

from conformance.stateful.step_runner import StepRunner
from conformance.stateful.steps import SIMPLEST, Step
from conformance.stateful.trace import TraceEnded
from conformance.stateful.trace_session import TraceSession

Steps = tuple[Step, ...]
_FIELDS = ("caller", "group", "body_variant", "read_back", "audience", "pick")


def shrink(session: TraceSession, requirement: str, steps: Steps, until: float) -> None:
    """Look for a shorter trace that violates a requirement; the session keeps the shortest.

    A violation that cannot be reproduced has happened all the same: then the trace keeps its length.

    Args:
        session: The session of all traces.
        requirement: The requirement.
        steps: The steps of a trace that has violated it.
        until: The monotonic time after which no further trace is tried.
    """
    session.skip_settling = True
    if reproduces(session, requirement, steps):
        steps = _remove_steps(session, requirement, steps, until)
        steps = _simplify_steps(session, requirement, steps, until)
        steps = _remove_steps(session, requirement, steps, until)
    session.skip_settling, session.remaining_waits = False, int(time.monotonic() < until)
    if session.remaining_waits:
        reproduces(session, requirement, steps)


def reproduces(session: TraceSession, requirement: str, steps: Steps) -> bool:
    """Take the steps again, and return whether they violate the requirement."""
    runner = StepRunner(session, requirement)
    try:
        for step in steps:
            runner.take(step)
    except TraceEnded:
        pass
    finally:
        runner.actors.teardown()
    return requirement in runner.trace.violated


def _remove_steps(session: TraceSession, requirement: str, steps: Steps, until: float) -> Steps:
    """Remove half of the steps, then a quarter, and in the end single steps, until none can be removed."""
    size = len(steps) // 2
    while size:
        count_before = len(steps)
        for start in range(len(steps) - size, -size, -size):
            fewer = steps[: max(start, 0)] + steps[start + size :]
            if time.monotonic() > until:
                return steps
            if reproduces(session, requirement, fewer):
                steps = fewer
        size = size // 2 if size > 1 or len(steps) == count_before else size
    return steps


def _simplify_steps(session: TraceSession, requirement: str, steps: Steps, until: float) -> Steps:
    """Replace each choice by the simplest, where the violation does not depend on it."""
    for index, name in product(range(len(steps)), _FIELDS):
        kind, choice = steps[index]
        simpler_choice = replace(choice, **{name: getattr(SIMPLEST, name)})
        if time.monotonic() > until:
            return steps
        simpler = (*steps[:index], (kind, simpler_choice), *steps[index + 1 :])
        if simpler_choice != choice and reproduces(session, requirement, simpler):
            steps = simpler
    return steps
