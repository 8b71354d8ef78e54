"""What every way to bring states about has in common: the ledger of what stands, and has to be torn down."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from conformance.results.exchange import Exchange
from conformance.states.signals import defer_signals

Values = dict[str, Any]

KEY = "an API key"
READY = "an audience that is ready"
POPULATED = "an audience being populated"
ENDED = "the prospecting has ended"
REQUEST = "a prospecting request"
STATES = frozenset(
    {
        KEY,
        READY,
        POPULATED,
        ENDED,
        REQUEST,
        "the API key is revoked",
        "the rate limit is exhausted",
        "the server fails internally",
        "the credits are exhausted",
    }
)

_PATIENCE = 2


class NotEstablishedError(Exception):
    """The target cannot bring a state about; the message says which, and why."""


class StatesError(Exception):
    """The way to the states does not work as it should; the message says what happened."""


class UnreachableError(StatesError):
    """Nothing answers there."""


class ProviderStates(ABC):
    """Sets states up, and remembers what to tear down.

    `answered`: every key and identifier that it has given out; `keys`: the API keys among them. `requests`: those that
    have set states up, where requests did, and ended those that last until then, in order, without what they are
    authorized by. `may_leave_folders`: folders, which no request deletes, may be made. `may_spend_credits`: jobs, which
    cost, may be started.
    """

    may_leave_folders = True
    may_spend_credits = True

    def __init__(self) -> None:
        self._standing: list[tuple[str, Values]] = []
        self.answered: set[str] = set()
        self.keys: set[str] = set()
        self.requests: list[Exchange] = []

    def setup(self, state: str, **params: object) -> Values:
        """Set a state up; answers its values. Raises NotEstablishedError, StatesError."""
        with defer_signals():
            values = self._establish(state, params)
            known = {**params, **values}
            self._standing.append((state, known))
        self.answered |= {value for value in values.values() if isinstance(value, str)}
        if isinstance(known.get("apiKey"), str):
            self.keys.add(known["apiKey"])
        return values

    def teardown(self, state: str, **params: object) -> None:
        """Tear down the state that was last set up with these parameters."""
        for place in reversed(range(len(self._standing))):
            name, known = self._standing[place]
            if name == state and params.items() <= known.items():
                del self._standing[place]
                self._undo(state, known)
                return

    def teardown_all(self) -> list[str]:
        """Tear everything down, the last first; answers what could not be. Where nothing answers, it does not go on."""
        failed: list[str] = []
        silent = 0
        while self._standing:
            state, known = self._standing.pop()
            try:
                self._undo(state, known)
            except (NotEstablishedError, StatesError) as error:
                failed.append(str(error))
                silent = silent + 1 if isinstance(error, UnreachableError) else 0
            if silent == _PATIENCE:
                break
        if self._standing:
            failed.append(f"{len(self._standing)} more states, since nothing answered")
            self._standing.clear()
        return failed

    def begin_check(self) -> None:  # noqa: B027  (most ways have nothing to do)
        """What follows belongs to another check, which shares nothing with those before."""

    def repeats(self, wanted: int) -> int:
        """How often something can be repeated for which an audience is used up each time."""
        return wanted

    def notes(self) -> list[str]:
        """What a reader of the report must know of the way that states were brought about."""
        return []

    @abstractmethod
    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        """Bring a state about; answers its values."""

    @abstractmethod
    def _undo(self, state: str, known: Values) -> None:
        """Take a state back; `known`: its parameters and values."""
