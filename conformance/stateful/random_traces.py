"""The run of random traces, and the shortest traces that show its violations."""

import time

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.catalogue import operations
from conformance.harness.context import CheckContext
from conformance.harness.valid_requests import try_inferred_methods
from conformance.results.violation import ViolationError
from conformance.stateful.machine import ApiStateMachine
from conformance.stateful.shrinking import Steps, shrink
from conformance.stateful.trace_session import AbandonedTrace, TraceSession
from conformance.states import NotEstablishedError

_STEPS_PER_TRACE = 40
_FEWEST_TRACES = 3
_LONGEST = 60.0
"""Seconds that the traces take at most, on a slow target."""

_LONGEST_SHRINKING = 6.0
"""Seconds that the shrinking of all traces takes at most."""


def run_random_traces(
    context: CheckContext, longest: float = _LONGEST, longest_shrinking: float = _LONGEST_SHRINKING
) -> None:
    """Run random traces, and note their violations.

    Args:
        context: The context of the check.
        longest: The seconds after which no further trace begins.
        longest_shrinking: The seconds after which no shorter trace is tried.

    Raises:
        ViolationError: There was a violation.
    """
    try_inferred_methods(context, operations.OPERATIONS)
    session = TraceSession(context, longest)
    try:
        _run_and_shrink(session, longest_shrinking)
    except (AbandonedTrace, Flaky):  # Hypothesis may say that an abandoned trace draws less than others did
        if session.abandoned is None:
            raise
        cause = session.abandoned.__cause__
        if cause is not None and not (session.trace_count and isinstance(cause, NotEstablishedError)):
            raise cause from None
    finally:
        for violation in session.shortest_violations():
            context.ledger.failed(violation)
    for violation in session.shortest_violations():
        raise ViolationError(violation)


def _run_and_shrink(session: TraceSession, longest_shrinking: float) -> None:
    """Run the traces, then shrink those with a violation; a violation that cannot be reproduced is kept as well."""
    shortest_steps: dict[str, Steps] = {}

    @seed(session.context.random.getrandbits(64))
    def make_machine() -> ApiStateMachine:
        return ApiStateMachine(session, shortest_steps)

    run_state_machine_as_test(
        make_machine,  # type: ignore[arg-type]  # a factory will do
        settings=_hypothesis_settings(session.context),
    )
    until = time.monotonic() + longest_shrinking
    for requirement, steps in sorted(shortest_steps.items(), key=lambda item: len(item[1])):
        shrink(session, requirement, steps, until)


def _hypothesis_settings(context: CheckContext) -> settings:
    """Return the number and the length of the traces, without health checks: the target takes the time here."""
    return settings(
        max_examples=max(_FEWEST_TRACES, context.repeats * 5 // 9),
        stateful_step_count=_STEPS_PER_TRACE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
