"""The provider states that a single API key can set up by the public API."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from conformance.states.account_guard import AccountGuard
from conformance.states.destination import ACCOUNTS, AUDIENCES
from conformance.states.errors import NotEstablishedError, StatesError
from conformance.states.provider_states import ProviderState, ProviderStates, Values
from conformance.states.public_api import PublicApi

_REASONS: Mapping[str, str] = {
    ProviderState.POPULATED_AUDIENCE: "no response of the public API names the audience that a job populates",
    ProviderState.PROSPECTING_REQUEST: "a job costs credits, and is started only with --allow-credits",
}
"""The reasons why the public API cannot establish a state, where it is a special reason."""


class ApiKeyStates(ProviderStates):
    """The states of one key and an account group. `begin_check` makes the key available to the next check.

    Args:
        api: The public API of the target.
        key: The key.
        guard: The guard of the account group.
        group: The account group; None for the first one that the key sees.
    """

    def __init__(self, api: PublicApi, key: str, guard: AccountGuard, group: str | None = None) -> None:
        super().__init__(guard)
        self.may_leave_folders = guard.allowances.may_leave_folders
        self.may_spend_credits = guard.allowances.may_spend_credits
        self._api = api
        self._key = key
        self._account = guard
        self._groups: list[str] = [] if group is None else [group]
        guard.watch_key(key)
        self._is_key_taken = False
        self.keys.add(key)

    @property
    def group(self) -> str:
        """The account group of all states."""
        if not self._groups:
            self._groups = self._api.groups(self._key)
        if not self._groups:
            raise NotEstablishedError("the key sees no account group (GET /v1/accounts)")
        return self._groups[0]

    def begin_check(self) -> None:
        """Prepare for another check, which may take the key again, and whose jobs none of an earlier check hinders."""
        self._is_key_taken = False
        for job in self._account.take_started_jobs():
            with suppress(NotEstablishedError):  # it may have ended
                self._api.cancel_job(self._key, job.group, job.id)

    def notes(self) -> list[str]:
        """Return the account group of all states, as a remark."""
        return [f"states were set up with one API key, in the account group {self._groups[0]}"] * bool(self._groups)

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        if state == ProviderState.API_KEY:
            return self._hand_out_key(params)
        if state == ProviderState.READY_AUDIENCE:
            return self._create_audience(params)
        reason = _REASONS.get(state, "the public API has no way to it")
        if state == ProviderState.PROSPECTING_REQUEST and self.may_spend_credits:
            reason = "the bodies that this target accepts are unknown"
        raise _not_established(state, reason)

    def _undo(self, state: str, known: Values) -> None:
        if state != ProviderState.READY_AUDIENCE:
            return
        try:
            self._api.delete_audience(self._key, known["accountGroupId"], known["audienceId"])
        except NotEstablishedError as error:
            raise StatesError(str(error)) from None

    def _hand_out_key(self, params: Mapping[str, Any]) -> Values:
        reason = self._reason_against_key(params)
        if reason is not None:
            raise _not_established(ProviderState.API_KEY, f"there is only one key, and {reason}")
        values = {"apiKey": self._key, "accountGroupId": self.group}
        for group in self._groups:
            self._account.issued.add(ACCOUNTS, group)
        self._is_key_taken = True
        return values

    def _reason_against_key(self, params: Mapping[str, Any]) -> str | None:
        """Return the reason why the key does not match the parameters; None where it does."""
        if "permissions" in params:
            return f"none with exactly the permissions {list(params['permissions'])}"
        if params.get("status", "active") != "active":
            return f"none that is {params['status']}"
        group = params.get("accountGroupId")
        if group is not None and group != self.group:
            return f"not for the account group {group}"
        if group is None and self._is_key_taken:
            return "none of another account group"
        return None

    def _create_audience(self, params: Mapping[str, Any]) -> Values:
        if params.get("prospects"):
            raise _not_established(
                ProviderState.READY_AUDIENCE, "an audience that is made by the public API has no prospects"
            )
        if (reason := self._account.reason_against_another(AUDIENCES)) is not None:
            raise _not_established(ProviderState.READY_AUDIENCE, reason)
        audience = self._api.create_audience(self._key, self.group)
        self._account.note_created(AUDIENCES, self.group, audience)
        return {"accountGroupId": self.group, "audienceId": audience}


def _not_established(state: str, reason: str) -> NotEstablishedError:
    return NotEstablishedError(f"an API key alone cannot establish '{state}': {reason}")
