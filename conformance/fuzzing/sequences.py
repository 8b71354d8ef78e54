"""The stateful phase: what one answer names is used in the next request, along the contract's links."""

from collections.abc import Iterator
from typing import Any

import hypothesis
from hypothesis.errors import HypothesisException
from schemathesis.core.transport import Response
from schemathesis.generation.stateful import APIStateMachine

from conformance.catalogue import operations
from conformance.catalogue.requirements import Profile
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import GENERATE_ONLY, Case, CasesError, schema
from conformance.harness.context import CheckContext

_STEPS = 8
_ATTEMPTS = 5


class Sequences:
    """The sequences of one delivery; `begun`: how many there were so far."""

    def __init__(self, context: CheckContext, delivery: CaseRunner) -> None:
        self._context = context
        self._delivery = delivery
        self.begun = 0

    def send(self, count: int) -> None:
        """Send so many; CasesError where Hypothesis gives up before the first of them.

        A target may answer the same sequence otherwise the second time, which Hypothesis takes for its user's fault:
        then it starts again with another seed, and all that was seen before still counts.
        """
        machine = self._machine()
        why = ""
        for _ in range(_ATTEMPTS):
            left = count - self.begun
            if left <= 0:
                return
            settings = hypothesis.settings(GENERATE_ONLY, max_examples=left, stateful_step_count=_STEPS)
            try:
                hypothesis.seed(self._context.random.getrandbits(64))(machine).run(settings=settings)
            except HypothesisException as error:
                why = f"{type(error).__name__}: {error}"
            else:
                return
        if not self.begun:
            raise CasesError(why)

    def _machine(self) -> type[APIStateMachine]:
        """The contract's state machine, with our client in place of Schemathesis' own, and judged by the delivery."""
        left_out = [*self._left_out()]
        chosen = schema().exclude(operation_id=left_out) if left_out else schema()

        def setup(_: APIStateMachine) -> None:
            self.begun += 1

        def call(_: APIStateMachine, case: Case, **__: Any) -> Response:  # noqa: ANN401  (Schemathesis')
            answer = self._delivery.run(case, once=False)
            return answer if answer is not None else hypothesis.reject()

        def validate_response(_: APIStateMachine, *__: object, **___: object) -> None:
            """Nothing is raised: what is wrong is in the ledger already."""

        ours = {"setup": setup, "call": call, "validate_response": validate_response}
        return type("OurMachine", (chosen.as_state_machine(),), ours)

    def _left_out(self) -> Iterator[str]:
        """Operations that leave behind what may not be left, or that are not of the profile."""
        states, profile = self._context.states, self._context.profile
        for operation in operations.OPERATIONS:
            leaves = operation is operations.CREATE_FOLDER and not states.may_leave_folders
            costs = operation is operations.START_JOB and not states.may_spend_credits
            if leaves or costs or (operation.prefix.startswith("JOB-") and profile is not Profile.FULL):
                yield operation.id
