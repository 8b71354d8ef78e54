"""The trial of one provider state with one set of parameters: setup, looks at the target, two teardowns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.states_check.hook import Hook, Reply
from conformance.states_check.response import Response


class Result(StrEnum):
    """The result of a trial.

    Attributes:
        OK: The states URL did as the interface says, and nothing speaks against the state.
        CANNOT: The target says that it cannot establish the state.
        WRONG: The states URL made a mistake, or the state does not show.
        UNTRIED: Another state that it needs is not there.
    """

    OK = "ok"
    CANNOT = "501"
    WRONG = "wrong"
    UNTRIED = "not tried"


@dataclass(slots=True)
class Trial:
    """A trial.

    Attributes:
        params: The parameters of the setup.
        shown: The parameters that this trial is about, in words.
        reply: The reply to the setup; None where the state was not tried.
        problems: The mistakes.
        remarks: The facts in favour of the state.
    """

    state: str
    params: Mapping[str, Any]
    shown: str
    reply: Reply | None
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def result(self) -> Result:
        """The result."""
        if self.reply is None:
            return Result.UNTRIED
        if self.problems:
            return Result.WRONG
        return Result.OK if self.reply.reason is None else Result.CANNOT

    @property
    def text(self) -> str:
        """The mistakes, or else what is known in favour of the state."""
        return "; ".join(self.problems or self.remarks)

    @property
    def is_established(self) -> bool:
        """Whether the target says that the state is established, with all its values."""
        return self.reply is not None and self.reply.reason is None and self.reply.problem is None

    def value(self, name: str) -> Any:  # noqa: ANN401  (JSON)
        """Return a value of the setup."""
        return None if self.reply is None else self.reply.values.get(name)

    def expect(self, request: str, response: Response | None, statuses: Collection[int], *, told: str) -> None:
        """Expect a status of the target, unless no request was sent or the state is not established.

        Args:
            request: The request in words, such as "DELETE with the key".
            response: The response; None where no request was sent.
            statuses: The statuses that show the state.
            told: These statuses in words.
        """
        if response is None or not self.is_established:
            return
        if response.status in statuses:
            self.remarks.append(f"{request}: {response.status}")
            return
        actual = response.failure if response.status is None else str(response.status)
        self.problems.append(f"{request}: {actual}, expected {told}: the state does not show")

    def tear_down(self, hook: Hook) -> None:
        """Tear the state down twice, since a teardown may be repeated; once where it was not established whole."""
        if self.reply is None or self.reply.reason is not None:
            return
        known = {**self.params, **self.reply.values}
        if self.reply.problem is not None:
            if self.reply.values:
                hook.tear_down(self.state, known)
            return
        for attempt in ("the teardown", "the second teardown, which has to be harmless"):
            problem = hook.tear_down(self.state, known)
            if problem is not None:
                self.problems.append(f"{attempt}: {problem}")
                return
