"""The provider states of a file that was prepared by hand: each audience is used once, keys again and again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.states.account_guard import AccountGuard
from conformance.states.destination import AUDIENCES, JOBS
from conformance.states.errors import NotEstablishedError, StatesError
from conformance.states.provider_states import ProviderState, ProviderStates, Values
from conformance.states.public_api import PublicApi
from conformance.states.states_file import ListedKey, StatesFile

_AUDIENCES_PER_REPEAT = 40
"""About as many ready audiences as the checks need when nothing is repeated."""


class FileStates(ProviderStates):
    """The states of a states file. The public API makes ready audiences when those of the file are used up.

    A check may hold two keys, and then they belong to different account groups, unless it asks for a group; the next
    check may have the same keys. Of several suitable groups the group with the most audiences left comes first.
    """

    def __init__(self, listed: StatesFile, api: PublicApi, guard: AccountGuard) -> None:
        super().__init__(guard)
        self._listed = listed
        self._account = guard
        self._api = api
        self._used_audiences: set[str] = set()
        self._given_keys: set[str] = set()
        self._given_groups: set[str] = set()
        self._creators: dict[str, str] = {}
        self._creation_errors: dict[str, str] = {}
        self._can_create = False
        self._notes: list[str] = []
        self.keys |= {key.token for key in listed.keys}
        self.issued.update(self.keys)
        for key in listed.keys:
            guard.adopt({"accountGroupId": key.group})
            if key.may_do_everything:
                guard.watch_key(key.token)
        for entry in (*listed.ready, *listed.populated):
            guard.issued.add(AUDIENCES, entry["audienceId"])
        for entry in listed.populated:
            guard.issued.add(JOBS, entry["jobId"])

    def begin_check(self) -> None:
        """Prepare for another check: make all account groups available again."""
        self._given_keys.clear()
        self._given_groups.clear()

    def probe(self) -> None:
        """Try whether audiences can be made in addition to the audiences of the file."""
        for group in dict.fromkeys(key.group for key in self._listed.keys):
            try:
                creator, audience = self._create_audience(group)
                self._api.delete_audience(creator, group, audience)
            except NotEstablishedError:
                continue
            self._can_create = True

    def unlimited_keys(self) -> list[tuple[str, str]]:
        """Return the keys of which nothing says that they lack a permission, with their account groups."""
        return [(key.token, key.group) for key in self._listed.keys if key.may_do_everything]

    def repeats(self, wanted: int) -> int:
        """Return how often an action can be repeated: fewer than `wanted` where no audience can be made."""
        if self._can_create:
            return wanted
        groups = Counter(entry["accountGroupId"] for entry in self._listed.ready)
        most = max(groups.values(), default=0)
        allowed = max(1, min(wanted, most // _AUDIENCES_PER_REPEAT))
        if allowed < wanted:
            self._notes = [
                f"repetitions shrank from {wanted} to {allowed}: {most} audiences that are ready were listed"
            ]
        return allowed

    def notes(self) -> list[str]:
        """Return remarks on the limits of the file."""
        return list(self._notes)

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        match state:
            case ProviderState.API_KEY:
                return self._hand_out_key(params)
            case ProviderState.READY_AUDIENCE:
                return self._hand_out_ready_audience(params)
            case ProviderState.POPULATED_AUDIENCE:
                return self._hand_out_populated_audience(params)
            case ProviderState.PROSPECTING_ENDED:
                return self._cancel_job(params)
            case ProviderState.PROSPECTING_REQUEST:
                source = params.get("source", "linkedin_search")
                request = next((entry for entry in self._listed.requests if entry["source"] == source), None)
                if request is None:
                    raise _not_listed(state, params)
                return {"body": request["body"]}
            case _:
                raise NotEstablishedError(f"a list cannot establish '{state}'")

    def _undo(self, state: str, known: Values) -> None:
        creator = self._creators.pop(known["audienceId"], None) if state == ProviderState.READY_AUDIENCE else None
        if creator is None:
            return
        try:
            self._api.delete_audience(creator, known["accountGroupId"], known["audienceId"])
        except NotEstablishedError as error:
            raise StatesError(str(error)) from None

    def _hand_out_key(self, params: Mapping[str, Any]) -> Values:
        permissions = frozenset(params.get("permissions", ALL_PERMISSIONS))
        status, group = params.get("status", "active"), params.get("accountGroupId")
        suitable_keys = [
            key
            for key in self._listed.keys
            if (
                key.permissions == permissions
                or (key.permissions >= ALL_PERMISSIONS and permissions >= ALL_PERMISSIONS)
            )
            and key.status == status
            and (key.group == group if group else key.group not in self._given_groups)
        ]
        if not suitable_keys:
            remark = "" if group else f"; {len(self._given_groups)} other account groups are in use"
            raise _not_listed(ProviderState.API_KEY, params, remark)
        chosen = max(
            suitable_keys, key=lambda key: (key.token not in self._given_keys, self._unused_audiences(key.group))
        )
        self._given_keys.add(chosen.token)
        self._given_groups.add(chosen.group)
        return {"apiKey": chosen.token, "accountGroupId": chosen.group}

    def _unused_audiences(self, group: str) -> tuple[int, int]:
        """Return how many kinds of audience, and how many audiences, are left in a group."""
        counts = [
            sum(
                entry["accountGroupId"] == group and entry["audienceId"] not in self._used_audiences
                for entry in entries
            )
            for entries in (self._listed.ready, self._listed.populated)
        ]
        return sum(1 for count in counts if count), sum(counts)

    def _hand_out_ready_audience(self, params: Mapping[str, Any]) -> Values:
        group = self._listed_key(params.get("apiKey")).group
        entry = self._take_entry(self._listed.ready, group, params, "prospects")
        if entry is not None:
            return {"accountGroupId": group, "audienceId": entry["audienceId"]}
        if params.get("prospects"):
            raise _not_listed(ProviderState.READY_AUDIENCE, params)
        if (reason := self._account.reason_against_another(AUDIENCES)) is not None:
            raise NotEstablishedError(reason)
        creator, audience = self._create_audience(group)
        self._account.note_created(AUDIENCES, group, audience)
        self._creators[audience] = creator
        return {"accountGroupId": group, "audienceId": audience}

    def _create_audience(self, group: str) -> tuple[str, str]:
        """Create an audience with a key that may, and return the key and the audience.

        A key that has failed is not tried again.
        """
        reason = "no key of the list may"
        for key in self._listed.keys:
            if key.group != group or not key.may("audiences:write"):
                continue
            if key.token in self._creation_errors:
                reason = self._creation_errors[key.token]
                continue
            try:
                return key.token, self._api.create_audience(key.token, group)
            except NotEstablishedError as error:
                reason = self._creation_errors[key.token] = str(error)
        raise NotEstablishedError(
            f"the list has no '{ProviderState.READY_AUDIENCE}' left for the account group {group}, "
            f"and none can be made: {reason}"
        )

    def _hand_out_populated_audience(self, params: Mapping[str, Any]) -> Values:
        group = self._listed_key(params.get("apiKey")).group
        entry = self._take_entry(self._listed.populated, group, params, "jobStatus")
        if entry is None:
            raise _not_listed(ProviderState.POPULATED_AUDIENCE, params)
        return {name: entry[name] for name in ("accountGroupId", "audienceId", "jobId")}

    def _cancel_job(self, params: Mapping[str, Any]) -> Values:
        """End a prospecting by cancelling its job, the only outcome that the public API can bring about."""
        job = next(
            (
                known
                for state, known in self._established
                if state == ProviderState.POPULATED_AUDIENCE and known["jobId"] == params["jobId"]
            ),
            None,
        )
        if job is None or params.get("outcome") != "cancelled":
            raise _not_listed(ProviderState.PROSPECTING_ENDED, params)
        tokens = [
            key.token
            for key in self._listed.keys
            if key.group == job["accountGroupId"] and key.may("prospecting:write")
        ]
        if not tokens:
            raise _not_listed(ProviderState.PROSPECTING_ENDED, params, "; no key of the list may cancel a job")
        self._api.cancel_job(tokens[0], job["accountGroupId"], job["jobId"])
        return {}

    def _take_entry(
        self, entries: list[Mapping[str, Any]], group: str, params: Mapping[str, Any], param: str
    ) -> Mapping[str, Any] | None:
        """Return the next unused entry of a group that has the value of a parameter, if that is given."""
        for entry in entries:
            is_suitable = param not in params or entry.get(param) == params[param]
            is_unused = entry["audienceId"] not in self._used_audiences
            if is_suitable and entry["accountGroupId"] == group and is_unused:
                self._used_audiences.add(entry["audienceId"])
                return entry
        return None

    def _listed_key(self, token: object) -> ListedKey:
        for key in self._listed.keys:
            if key.token == token:
                return key
        raise NotEstablishedError("the list does not have that API key")


def _not_listed(state: str, params: Mapping[str, Any], remark: str = "") -> NotEstablishedError:
    wanted = ", ".join(f"{name} {value}" for name, value in params.items() if name != "apiKey")
    return NotEstablishedError(f"the list has no '{state}'{f' with {wanted}' if wanted else ''} left{remark}")
