"""Walks by chance, as Hypothesis' state machine."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from conformance.catalogue.operation_spec import OperationSpec
from conformance.stateful.actors import GONE, MADE_UP, OTHER_KIND
from conformance.stateful.step_runner import SAME, STEPS, Step, StepChoice, StepRunner
from conformance.stateful.trace import TraceEnded, TraceSession

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
    """One walk. All steps are one rule: of several, Hypothesis would leave some out of every walk.

    Where something is broken, the walk ends, and is kept in `trails` by what it broke, if none that broke it has fewer
    steps; Hypothesis does not hear of it. It would look for a shorter one by making each choice simpler, and each try
    takes a whole walk.
    """

    def __init__(self, walks: TraceSession, trails: dict[str, tuple[Step, ...]]) -> None:
        super().__init__()
        walks.begin()
        self._shortest_steps = trails
        self._runner = StepRunner(walks)
        self._is_over = False

    def teardown(self) -> None:
        """Leave everything as it was."""
        self._runner.actors.teardown()

    @rule(what=st.sampled_from(STEPS), choice=_CHOICE)
    def takes_a_step(self, what: OperationSpec | str, choice: StepChoice) -> None:
        """Whatever the profile, and what may be left behind, allow."""
        if self._is_over:
            return
        known = set(self._runner.trace.hits)
        try:
            self._runner.take((what, choice))
        except TraceEnded:
            self._is_over = True
        for requirement in self._runner.trace.hits - known:
            trail = self._shortest_steps.get(requirement)
            if trail is None or len(self._runner.taken) < len(trail):
                self._shortest_steps[requirement] = tuple(self._runner.taken)
