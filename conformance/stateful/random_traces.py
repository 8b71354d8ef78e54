"""Many walks by chance, and the shortest that show what they have found."""

import time

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.harness.context import CheckContext
from conformance.results.violation import ViolationError
from conformance.stateful.machine import ApiStateMachine
from conformance.stateful.shrinking import Steps, shrink
from conformance.stateful.trace import AbandonedTrace, TraceSession
from conformance.states import NotEstablishedError

_STEPS = 40
_LONGEST, _PATIENCE = 60.0, 6.0
"""Seconds that the walks take at most, on a slow target; and that it takes to find the shortest that show a fault."""


def _effort(context: CheckContext) -> settings:
    """How many walks, and how long. None of Hypothesis' health checks: what takes its time here is the target."""
    return settings(
        max_examples=max(3, context.repeats * 5 // 9),
        stateful_step_count=_STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )


def _run_random_traces(walks: TraceSession) -> None:
    """Walk, then look for shorter walks that show the same faults; what was seen only once is kept all the same."""
    trails: dict[str, Steps] = {}

    @seed(walks.context.random.getrandbits(64))
    def walker() -> ApiStateMachine:
        return ApiStateMachine(walks, trails)

    run_state_machine_as_test(walker, settings=_effort(walks.context))  # type: ignore[arg-type]  # a factory will do
    until = time.monotonic() + _PATIENCE
    for requirement, trail in sorted(trails.items(), key=lambda one: len(one[1])):
        shrink(walks, requirement, trail, until)


def run_random_traces(context: CheckContext, longest: float = _LONGEST) -> None:
    """Walk about for `longest` seconds at most, and note what was found; ViolationError where anything was."""
    walks = TraceSession(context, longest)
    try:
        _run_random_traces(walks)
    except (AbandonedTrace, Flaky):  # Hypothesis may say of a walk that is abandoned that it draws less than others did
        if walks.abandoned is None:
            raise
        cause = walks.abandoned.__cause__
        if cause is not None and not (walks.trace_count and isinstance(cause, NotEstablishedError)):
            raise cause from None
    finally:
        for finding in walks.shortest_violations():
            context.ledger.failed(finding)
    for finding in walks.shortest_violations():
        raise ViolationError(finding)
