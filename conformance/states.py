"""Provider states over HTTP: how the target is put into a situation, and out of it again (Pact's convention)."""

from collections.abc import Mapping
from typing import Any

import httpx

_CANNOT = 501


class NotEstablishedError(Exception):
    """The target cannot bring a state about; the message says which, and why."""


class StatesError(Exception):
    """The states URL does not answer as it should; the message says what it did."""


class ProviderStates:
    """Sets states up, and remembers what to tear down; `answered`: every key and identifier that it was given."""

    may_leave_folders = True
    may_spend_credits = True

    def __init__(self, http: httpx.Client, url: str) -> None:
        self._http = http
        self._url = url
        self._standing: list[tuple[str, dict[str, Any]]] = []
        self.answered: set[str] = set()

    def setup(self, state: str, **params: object) -> dict[str, Any]:
        """Set a state up; answers its values. Raises NotEstablishedError (501), StatesError."""
        values = self._post(state, "setup", params)
        self._standing.append((state, {**params, **values}))
        self.answered |= {value for value in values.values() if isinstance(value, str)}
        return values

    def teardown(self, state: str, **params: object) -> None:
        """Tear down the state that was last set up with these parameters."""
        for place in reversed(range(len(self._standing))):
            name, known = self._standing[place]
            if name == state and params.items() <= known.items():
                del self._standing[place]
                self._post(state, "teardown", known)
                return

    def teardown_all(self) -> list[str]:
        """Tear everything down, the last first; answers what could not be."""
        failed = []
        while self._standing:
            state, params = self._standing.pop()
            try:
                self._post(state, "teardown", params)
            except (NotEstablishedError, StatesError) as error:
                failed.append(str(error))
        return failed

    def _post(self, state: str, action: str, params: Mapping[str, object]) -> dict[str, Any]:
        document = {"state": state, "params": params, "action": action}
        try:
            answer = self._http.post(self._url, json=document)
        except httpx.TransportError as error:
            message = f"{self._url} cannot be reached: {error}"
            raise StatesError(message) from None
        if answer.status_code == _CANNOT:
            message = f"the target cannot establish '{state}': {_reason(answer)}"
            raise NotEstablishedError(message)
        try:
            values = answer.json() if answer.content else {}
        except ValueError:
            values = None
        if not answer.is_success or not isinstance(values, dict):
            message = f"{self._url} answered {answer.status_code} to {action} of '{state}': {_reason(answer)}"
            raise StatesError(message)
        return values


def _reason(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["reason"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200] or "no reason given"
