"""Provider states from a list that was prepared by hand: each entry is used once, keys again and again."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from conformance.states.provider_states import (
    ENDED,
    KEY,
    POPULATED,
    READY,
    NotEstablishedError,
    ProviderStates,
    StatesError,
    Values,
)
from conformance.states.public_api import PublicApi
from conformance.states.states_file import ALL, ListedKey, StatesFile

_ONE_PASS = 40
"""About as many ready audiences as the checks need when nothing is repeated."""


class FileStates(ProviderStates):
    """Hands out what is listed. Ready audiences are made by the public API when the list is used up.

    A check may hold two keys, and then they belong to different account groups, unless it asks for a group; the next
    check may have the same keys. Of several groups that would do, the one comes first for which most is left.
    """

    def __init__(self, listed: StatesFile, api: PublicApi) -> None:
        super().__init__()
        self._listed = listed
        self._api = api
        self._used: set[str] = set()
        self._given_keys: set[str] = set()
        self._given_groups: set[str] = set()
        self._made: dict[str, str] = {}
        self._cannot_make: dict[str, str] = {}
        self._makes = False
        self._notes: list[str] = []
        self.keys |= {key.token for key in listed.keys}
        self.answered |= self.keys | {one["audienceId"] for one in (*listed.ready, *listed.populated)}

    def begin_check(self) -> None:
        """What follows belongs to another check: all account groups are free again."""
        self._given_keys.clear()
        self._given_groups.clear()

    def probe(self) -> None:
        """Find out whether audiences can be made beyond those that are listed."""
        for group in dict.fromkeys(key.group for key in self._listed.keys):
            try:
                maker, audience = self._make(group)
                self._api.delete_audience(maker, group, audience)
            except NotEstablishedError:
                continue
            self._makes = True

    def repeats(self, wanted: int) -> int:
        """As often as the list allows, where no audience can be made."""
        if self._makes:
            return wanted
        groups = Counter(entry["accountGroupId"] for entry in self._listed.ready)
        most = max(groups.values(), default=0)
        allowed = max(1, min(wanted, most // _ONE_PASS))
        if allowed < wanted:
            self._notes = [
                f"repetitions shrank from {wanted} to {allowed}: {most} audiences that are ready were listed"
            ]
        return allowed

    def notes(self) -> list[str]:
        """What was not as it could have been."""
        return list(self._notes)

    def _establish(self, state: str, params: Mapping[str, Any]) -> Values:
        match state:
            case "an API key":
                return self._a_key(params)
            case "an audience that is ready":
                return self._ready(params)
            case "an audience being populated":
                return self._populated(params)
            case "the prospecting has ended":
                return self._ended(params)
            case "a prospecting request":
                source = params.get("source", "linkedin_search")
                found = next((one for one in self._listed.requests if one["source"] == source), None)
                return {"body": found["body"]} if found else _none(state, params)
            case _:
                raise NotEstablishedError(f"a list cannot establish '{state}'")

    def _undo(self, state: str, known: Values) -> None:
        maker = self._made.pop(known["audienceId"], None) if state == READY else None
        if maker is None:
            return
        try:
            self._api.delete_audience(maker, known["accountGroupId"], known["audienceId"])
        except NotEstablishedError as error:
            raise StatesError(str(error)) from None

    def _a_key(self, params: Mapping[str, Any]) -> Values:
        permissions = frozenset(params.get("permissions", ALL))
        status, group = params.get("status", "active"), params.get("accountGroupId")
        fitting = [
            key
            for key in self._listed.keys
            if (key.permissions == permissions or (key.permissions >= ALL and permissions >= ALL))
            and key.status == status
            and (key.group == group if group else key.group not in self._given_groups)
        ]
        if not fitting:
            _none(KEY, params, "" if group else f"; {len(self._given_groups)} other account groups are in use")
        key = max(fitting, key=lambda one: (one.token not in self._given_keys, self._left(one.group)))
        self._given_keys.add(key.token)
        self._given_groups.add(key.group)
        return {"apiKey": key.token, "accountGroupId": key.group}

    def _left(self, group: str) -> tuple[int, int]:
        """How many kinds of audience, and how many, are left in a group."""
        left = [
            sum(one["accountGroupId"] == group and one["audienceId"] not in self._used for one in entries)
            for entries in (self._listed.ready, self._listed.populated)
        ]
        return sum(1 for one in left if one), sum(left)

    def _ready(self, params: Mapping[str, Any]) -> Values:
        group = self._group(params)
        found = self._next(self._listed.ready, group, params, "prospects")
        if found is not None:
            return {"accountGroupId": group, "audienceId": found["audienceId"]}
        if params.get("prospects"):
            _none(READY, params)
        maker, audience = self._make(group)
        self._made[audience] = maker
        return {"accountGroupId": group, "audienceId": audience}

    def _make(self, group: str) -> tuple[str, str]:
        """Make an audience with a key that may; the key, and the audience. No key is asked again that could not."""
        why = "no key of the list may"
        for key in self._listed.keys:
            if key.group != group or not key.may("audiences:write"):
                continue
            if key.token in self._cannot_make:
                why = self._cannot_make[key.token]
                continue
            try:
                return key.token, self._api.create_audience(key.token, group)
            except NotEstablishedError as error:
                why = self._cannot_make[key.token] = str(error)
        raise NotEstablishedError(
            f"the list has no '{READY}' left for the account group {group}, and none can be made: {why}"
        )

    def _populated(self, params: Mapping[str, Any]) -> Values:
        found = self._next(self._listed.populated, self._group(params), params, "jobStatus")
        if found is None:
            return _none(POPULATED, params)
        return {name: found[name] for name in ("accountGroupId", "audienceId", "jobId")}

    def _ended(self, params: Mapping[str, Any]) -> Values:
        """The one end that the public API can bring about."""
        job = next(
            (known for state, known in self._standing if state == POPULATED and known["jobId"] == params["jobId"]), None
        )
        if job is None or params.get("outcome") != "cancelled":
            return _none(ENDED, params)
        keys = [
            key.token
            for key in self._listed.keys
            if key.group == job["accountGroupId"] and key.may("prospecting:write")
        ]
        if not keys:
            return _none(ENDED, params, "; no key of the list may cancel a job")
        self._api.cancel_job(keys[0], job["accountGroupId"], job["jobId"])
        return {}

    def _next(
        self, entries: list[Mapping[str, Any]], group: str, params: Mapping[str, Any], asked: str
    ) -> Mapping[str, Any] | None:
        """The next entry of a group that has what was asked for."""
        for entry in entries:
            fits = asked not in params or entry.get(asked) == params[asked]
            if fits and entry["accountGroupId"] == group and entry["audienceId"] not in self._used:
                self._used.add(entry["audienceId"])
                return entry
        return None

    def _group(self, params: Mapping[str, Any]) -> str:
        key = self._known(params.get("apiKey"))
        return key.group

    def _known(self, token: object) -> ListedKey:
        for key in self._listed.keys:
            if key.token == token:
                return key
        raise NotEstablishedError("the list does not have that API key")


def _none(state: str, params: Mapping[str, Any], more: str = "") -> Values:
    asked = ", ".join(f"{name} {value}" for name, value in params.items() if name != "apiKey")
    raise NotEstablishedError(f"the list has no '{state}'{f' with {asked}' if asked else ''} left{more}")
