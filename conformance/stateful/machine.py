"""Random traces as a state machine of Hypothesis."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from conformance.stateful.actors import GONE, MADE_UP, OTHER_KIND
from conformance.stateful.step_runner import StepRunner
from conformance.stateful.steps import SAME, STEPS, Step, StepChoice, StepKind
from conformance.stateful.trace import TraceEnded
from conformance.stateful.trace_session import TraceSession

_CHOICE = st.builds(
    StepChoice,
    caller=st.integers(0, 19),
    group=st.sampled_from((0, 0, 0, 1, 2)),
    audience=st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, GONE, GONE, OTHER_KIND, MADE_UP)),
    body_variant=st.integers(0, 19),
    pick=st.integers(0, 11),
    read_back=st.sampled_from((None, None, SAME, 0, 1)),
)


class ApiStateMachine(RuleBasedStateMachine):
    """A trace. All steps are one rule: of several rules, Hypothesis would leave some out of every trace.

    A trace ends at a violation, which is hidden from Hypothesis: it would shrink by simplifying one choice at a time,
    and every attempt takes a whole trace.

    Args:
        session: The session of all traces.
        shortest_steps: The steps of the shortest trace that violates a requirement, by requirement; each trace adds
            its own.
    """

    def __init__(self, session: TraceSession, shortest_steps: dict[str, tuple[Step, ...]]) -> None:
        super().__init__()
        session.begin()
        self._shortest_steps = shortest_steps
        self._runner = StepRunner(session)
        self._has_ended = False

    def teardown(self) -> None:
        """Tear all states down."""
        self._runner.actors.teardown()

    @rule(kind=st.sampled_from(STEPS), choice=_CHOICE)
    def take_step(self, kind: StepKind, choice: StepChoice) -> None:
        """Take a step, if the profile and the permission to leave folders and spend credits allow it."""
        if self._has_ended:
            return
        known = set(self._runner.trace.violated)
        try:
            self._runner.take((kind, choice))
        except TraceEnded:
            self._has_ended = True
        for requirement in self._runner.trace.violated - known:
            steps = self._shortest_steps.get(requirement)
            if steps is None or len(self._runner.taken) < len(steps):
                self._shortest_steps[requirement] = tuple(self._runner.taken)
