"""Walks by chance, as Hypothesis' state machine."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from conformance.model import OperationId
from conformance.stateful.actors import GONE, MADE_UP, OTHER_KIND
from conformance.stateful.step_runner import SAME, STEPS, Choice, Step, Wanderer
from conformance.stateful.trace import BrokenError, Walks

_CHOICE = st.builds(
    Choice,
    who=st.integers(0, 19),
    where=st.sampled_from((0, 0, 0, 1, 2)),
    which=st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, GONE, GONE, OTHER_KIND, MADE_UP)),
    form=st.integers(0, 19),
    other=st.integers(0, 11),
    look=st.sampled_from((None, None, SAME, 0, 1)),
)


class Walker(RuleBasedStateMachine):
    """One walk. All steps are one rule: of several, Hypothesis would leave some out of every walk.

    Where something is broken, the walk ends, and is kept in `trails` by what it broke, if none that broke it has fewer
    steps; Hypothesis does not hear of it. It would look for a shorter one by making each choice simpler, and each try
    takes a whole walk.
    """

    def __init__(self, walks: Walks, trails: dict[str, tuple[Step, ...]]) -> None:
        super().__init__()
        walks.begin()
        self._trails = trails
        self._wanderer = Wanderer(walks)
        self._is_over = False

    def teardown(self) -> None:
        """Leave everything as it was."""
        self._wanderer.cast.leave()

    @rule(what=st.sampled_from(STEPS), choice=_CHOICE)
    def takes_a_step(self, what: OperationId | str, choice: Choice) -> None:
        """Whatever the profile, and what may be left behind, allow."""
        if self._is_over:
            return
        known = set(self._wanderer.walk.hits)
        try:
            self._wanderer.take((what, choice))
        except BrokenError:
            self._is_over = True
        for requirement in self._wanderer.walk.hits - known:
            trail = self._trails.get(requirement)
            if trail is None or len(self._wanderer.taken) < len(trail):
                self._trails[requirement] = tuple(self._wanderer.taken)
