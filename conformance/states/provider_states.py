"""The names of the provider states, and the common part of all ways to set them up: the list of states to tear down."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from conformance.results.exchange import Exchange
from conformance.states.errors import NotEstablishedError, StatesError, UnreachableError
from conformance.states.request_guard import RequestGuard
from conformance.states.signals import defer_signals

Values = dict[str, Any]

_MOST_UNREACHABLE = 2
"""The number of teardowns in a row that do not reach the target, after which no further one is tried."""


class ProviderState(StrEnum):
    """The names of the provider states."""

    API_KEY = "an API key"
    READY_AUDIENCE = "an audience that is ready"
    POPULATED_AUDIENCE = "an audience being populated"
    PROSPECTING_ENDED = "the prospecting has ended"
    PROSPECTING_REQUEST = "a prospecting request"
    KEY_REVOKED = "the API key is revoked"
    RATE_LIMIT_EXHAUSTED = "the rate limit is exhausted"
    SERVER_FAILING = "the server fails internally"
    CREDITS_EXHAUSTED = "the credits are exhausted"


class ProviderStates(ABC):
    """A way to set states up, which remembers the states to tear down.

    Attributes:
        may_leave_folders: Whether folders may be made, although no request deletes them.
        may_spend_credits: Whether jobs may be started, although they cost credits.
        guard: The guard of the requests, which knows the identifiers that the target has given out.
        keys: The API keys that the target has given out.
        requests: The requests that have set states up, and those that have ended the states that last until then, in
            order and without their credentials; empty where no requests set states up.
    """

    may_leave_folders = True
    may_spend_credits = True

    def __init__(self, guard: RequestGuard | None = None) -> None:
        self._established: list[tuple[str, Values]] = []
        self.guard = guard or RequestGuard()
        self.keys: set[str] = set()
        self.requests: list[Exchange] = []

    @property
    def issued(self) -> set[str]:
        """Every key and identifier that the target has given out."""
        return self.guard.issued.texts

    def setup(self, state: str, **params: object) -> Values:
        """Set a state up, and return its values.

        Args:
            state: One of `ProviderState`.
            params: The parameters of the state.

        Raises:
            NotEstablishedError: The target cannot establish the state.
            StatesError: The way to the states failed.
        """
        with defer_signals():
            values = self._establish(state, params)
            known = {**params, **values}
            self._established.append((state, known))
        self.guard.adopt(values)
        if isinstance(known.get("apiKey"), str):
            self.keys.add(known["apiKey"])
        return values

    def teardown(self, state: str, **params: object) -> None:
        """Tear down the state that was last set up with these parameters; nothing where there is none."""
        for index in reversed(range(len(self._established))):
            name, known = self._established[index]
            if name == state and params.items() <= known.items():
                self._undo(state, known)
                del self._established[index]
                return

    def teardown_all(self) -> list[str]:
        """Tear all states down, the last one first, and return the errors, each once.

        Stop where the target is unreachable, and at Ctrl-C.
        """
        errors: list[str] = []
        try:
            self._undo_all(errors)
            reason = "nothing answered"
        except KeyboardInterrupt:
            reason = "the clean-up was interrupted"
        if self._established:
            left = _counted(f"'{state}'" for state, _ in self._established)
            errors.append(f"{len(self._established)} more states, since {reason}: {', '.join(left)}")
            self._established.clear()
        return _counted(errors)

    def _undo_all(self, errors: list[str]) -> None:
        """Undo every state, and add the errors to a list; stop where the target is unreachable."""
        unreachable_count = 0
        while self._established and unreachable_count < _MOST_UNREACHABLE:
            state, known = self._established[-1]
            try:
                self._undo(state, known)
            except (NotEstablishedError, StatesError) as error:
                errors.append(str(error))
                unreachable_count = unreachable_count + 1 if isinstance(error, UnreachableError) else 0
            self._established.pop()

    def has_account_group(self, group: str) -> bool:  # noqa: ARG002  (most ways leave account groups alone)
        """Return whether an account group still exists, as far as teardowns are concerned."""
        return True

    def begin_check(self) -> None:  # noqa: B027  (most ways have nothing to do)
        """Prepare for another check, which shares nothing with the checks before."""

    def repeats(self, wanted: int) -> int:
        """Return how often an action that uses up an audience can be repeated, at most `wanted` times."""
        return wanted

    def notes(self) -> list[str]:
        """Return remarks on the way that states were set up, for the report."""
        return []

    @abstractmethod
    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        """Establish a state, and return its values."""

    @abstractmethod
    def _undo(self, state: str, known: Values) -> None:
        """Undo a state.

        Args:
            state: One of `ProviderState`.
            known: Its parameters and its values.
        """


def _counted(texts: Iterable[str]) -> list[str]:
    """Return the different texts, each with its number where there are several."""
    return [text if number == 1 else f"{text} ({number} times)" for text, number in Counter(texts).items()]
