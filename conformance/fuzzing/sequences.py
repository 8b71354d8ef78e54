"""The stateful phase of Schemathesis: a request uses the identifiers of earlier responses, by the contract's links."""

from collections.abc import Iterator
from typing import Any

import hypothesis
from hypothesis.errors import HypothesisException
from schemathesis.core.errors import NoLinksFound
from schemathesis.core.transport import Response
from schemathesis.generation.stateful import APIStateMachine

from conformance.catalogue import operations
from conformance.catalogue.requirements import Profile
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import GENERATE_ONLY, Case, CasesError, schema
from conformance.harness.context import CheckContext

_STEPS_PER_SEQUENCE = 8
_MOST_ATTEMPTS = 5


class Sequences:
    """The sequences of requests of one runner.

    Attributes:
        begun: The number of sequences so far.
    """

    def __init__(self, context: CheckContext, runner: CaseRunner) -> None:
        self._context = context
        self._runner = runner
        self.begun = 0

    def send(self, count: int) -> None:
        """Send some sequences.

        A target may respond differently to the same sequence the second time, which Hypothesis takes for its user's
        mistake: then it starts again with another seed, and all violations noted before still count.

        Args:
            count: The number of sequences.

        Raises:
            CasesError: Hypothesis gave up before the first of them, or no two of the operations make a sequence.
        """
        machine = self._machine()
        reason = ""
        for _ in range(_MOST_ATTEMPTS):
            remaining = count - self.begun
            if remaining <= 0:
                return
            settings = hypothesis.settings(
                GENERATE_ONLY, max_examples=remaining, stateful_step_count=_STEPS_PER_SEQUENCE
            )
            try:
                hypothesis.seed(self._context.random.getrandbits(64))(machine).run(settings=settings)
            except NoLinksFound as error:
                raise CasesError("no operation that may be called has a link to another") from error
            except HypothesisException as error:
                reason = f"{type(error).__name__}: {error}"
            else:
                return
        if not self.begun:
            raise CasesError(reason)

    def _machine(self) -> type[APIStateMachine]:
        """Return the contract's state machine, with our runner in place of Schemathesis' own sending and judging."""
        excluded = [*self._excluded_operations()]
        selected = schema().exclude(operation_id=excluded) if excluded else schema()

        def setup(_: APIStateMachine) -> None:
            self.begun += 1

        def call(_: APIStateMachine, case: Case, **__: Any) -> Response:  # noqa: ANN401  (Schemathesis')
            response = self._runner.run(case, once=False)
            return response if response is not None else hypothesis.reject()

        def validate_response(_: APIStateMachine, *__: object, **___: object) -> None:
            """Raise nothing: the violations are in the ledger already."""

        overrides = {"setup": setup, "call": call, "validate_response": validate_response}
        return type("OurMachine", (selected.as_state_machine(),), overrides)

    def _excluded_operations(self) -> Iterator[str]:
        """Yield the operations with effects that are not allowed, and those that are not in the profile."""
        states, profile = self._context.states, self._context.profile
        for operation in operations.OPERATIONS:
            leaves_folder = operation is operations.CREATE_FOLDER and not states.may_leave_folders
            spends_credits = operation is operations.START_JOB and not states.may_spend_credits
            is_withheld = self._context.lacks_permission(operation, self._runner.key)
            is_withheld |= self._context.client.methods.reason_against(operation.id) is not None
            is_of_jobs = operation.prefix.startswith("JOB-")
            if leaves_folder or spends_credits or is_withheld or (is_of_jobs and profile is not Profile.FULL):
                yield operation.id
