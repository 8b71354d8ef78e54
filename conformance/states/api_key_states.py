"""Provider states with nothing but an API key: only what the public API can bring about."""

from collections.abc import Mapping
from typing import Any

from conformance.states.provider_states import (
    KEY,
    POPULATED,
    READY,
    REQUEST,
    NotEstablishedError,
    ProviderStates,
    StatesError,
    Values,
)
from conformance.states.public_api import PublicApi

_WHY = {
    POPULATED: "no answer of the public API says which audience a job populates",
    REQUEST: "a job costs credits, and is started only with --allow-credits",
}


class ApiKeyStates(ProviderStates):
    """One key and its first account group. `begin_check` must be called between checks: each gets the key anew."""

    def __init__(self, api: PublicApi, key: str, *, leftovers: bool = False, may_spend: bool = False) -> None:
        super().__init__()
        self.may_leave_folders = leftovers
        self.may_spend_credits = may_spend
        self._api = api
        self._key = key
        self._groups: list[str] = []
        self._given = False
        self.keys.add(key)

    @property
    def group(self) -> str:
        """The account group that everything happens in."""
        if not self._groups:
            self._groups = self._api.groups(self._key)
        if not self._groups:
            raise NotEstablishedError("the key sees no account group (GET /v1/accounts)")
        return self._groups[0]

    def begin_check(self) -> None:
        """What follows belongs to another check, which may have the key as its first."""
        self._given = False

    def notes(self) -> list[str]:
        """Where everything happened."""
        return [f"states were brought about with one API key, in the account group {self._groups[0]}"] * bool(
            self._groups
        )

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        if state == KEY:
            return self._a_key(params)
        if state == READY:
            return self._an_audience(params)
        why = _WHY.get(state, "the public API has no way to it")
        if state == REQUEST and self.may_spend_credits:
            why = "nobody says what this target accepts"
        raise NotEstablishedError(_refusal(state, why))

    def _undo(self, state: str, known: Values) -> None:
        if state != READY:
            return
        try:
            self._api.delete_audience(self._key, known["accountGroupId"], known["audienceId"])
        except NotEstablishedError as error:
            raise StatesError(str(error)) from None

    def _a_key(self, params: Mapping[str, Any]) -> Values:
        if "permissions" in params:
            raise NotEstablishedError(
                _refusal(
                    KEY, f"there is only one key, and none with exactly the permissions {list(params['permissions'])}"
                )
            )
        if params.get("status", "active") != "active":
            raise NotEstablishedError(_refusal(KEY, f"there is only one key, and none that is {params['status']}"))
        group = params.get("accountGroupId")
        if group is not None and group != self.group:
            raise NotEstablishedError(_refusal(KEY, f"there is only one key, and not for the account group {group}"))
        if group is None and self._given:
            raise NotEstablishedError(_refusal(KEY, "there is only one key, and none of another account group"))
        values = {"apiKey": self._key, "accountGroupId": self.group}
        self._given = True
        return values

    def _an_audience(self, params: Mapping[str, Any]) -> Values:
        if params.get("prospects"):
            raise NotEstablishedError(_refusal(READY, "an audience that is made by the public API has no prospects"))
        return {"accountGroupId": self.group, "audienceId": self._api.create_audience(self._key, self.group)}


def _refusal(state: str, why: str) -> str:
    return f"an API key alone cannot establish '{state}': {why}"
