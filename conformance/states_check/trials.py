"""The trials of one check, and the requests that show the states."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from conformance.states.interface import state_descriptions
from conformance.states_check.hook import Hook
from conformance.states_check.response import Response
from conformance.states_check.target import Target
from conformance.states_check.trial import Trial

_UNKNOWN_AUDIENCE = "states-check"
_SETTLING = 2.0
"""The seconds that a list may take to show a change."""


class Trials:
    """The trials of a states URL.

    Attributes:
        listed: The trials to show, in their order.

    Args:
        hook: The states URL.
        target: The API of the target; None where nothing is looked at.
        idempotency_key: An idempotency key that no other run has.
    """

    def __init__(self, hook: Hook, target: Target | None, idempotency_key: str) -> None:
        self.listed: list[Trial] = []
        self._hook = hook
        self._target = target
        self._idempotency_key = idempotency_key
        self._start_count = 0

    @contextmanager
    def trial(
        self, state: str, needs: Trial | None = None, shown: str | None = "", **params: object
    ) -> Iterator[Trial]:
        """Set a state up for a block, and tear it down after it.

        Args:
            state: The state.
            needs: The trial whose values the parameters name; without them the state is not tried.
            shown: The parameters in words; None for a trial that only prepares another, and is not listed.
            params: The parameters.
        """
        reply = self._hook.set_up(state, params) if needs is None or needs.is_established else None
        trial = Trial(state, params, shown or "", reply)
        if reply is None:
            trial.remarks.append(f"needs '{needs.state if needs else state}'")
        elif reply.problem is not None:
            trial.problems.append(reply.problem)
        elif reply.reason is not None:
            trial.remarks.append(reply.reason)
        if shown is not None:
            self.listed.append(trial)
        try:
            yield trial
        finally:
            trial.tear_down(self._hook)

    def delete(self, key: Trial, audience: Trial | None = None, *, limited: bool = False) -> Response | None:
        """Delete an audience with a key: by default one that does not exist in the account group of the key.

        Returns:
            The response; None where nothing is looked at, or the key or the audience is not there.
        """
        place = key if audience is None else audience
        if self._target is None or not (key.is_established and place.is_established):
            return None
        audience_id = _UNKNOWN_AUDIENCE if audience is None else audience.value("audienceId")
        return self._target.delete(key.value("apiKey"), place.value("accountGroupId"), audience_id, limited=limited)

    def prospect_count(self, key: Trial, audience: Trial, wanted: int) -> int | None:
        """Return the number of prospects of an audience, seen twice if it differs; None where it is not shown."""
        if self._target is None or not (key.is_established and audience.is_established):
            return None
        place = key.value("apiKey"), audience.value("accountGroupId"), audience.value("audienceId")
        number = self._target.prospects(*place)
        if number in {None, wanted}:
            return number
        self._target.pause(_SETTLING)
        return self._target.prospects(*place)

    def start_job(self, key: Trial, request: Trial) -> Response | None:
        """Start a job with the body of a prospecting request, and cancel it; None where nothing is looked at."""
        if self._target is None or not (key.is_established and request.is_established):
            return None
        self._start_count += 1
        caller = key.value("apiKey"), key.value("accountGroupId")
        response = self._target.start_job(*caller, request.value("body"), f"{self._idempotency_key}{self._start_count}")
        self._target.cancel_job(*caller, response)
        return response


def choices(state: str, parameter: str) -> Sequence[str]:
    """Return the documented values of a parameter."""
    parameters: Mapping[str, Sequence[str]] = {one.name: one.choices for one in state_descriptions()[state].parameters}
    return parameters[parameter]
