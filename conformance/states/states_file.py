"""The states file: its fields, and how it is read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.states.provider_states import ProviderState

_FIELDS: Mapping[str, Mapping[str, type]] = {
    ProviderState.API_KEY: {"apiKey": str, "accountGroupId": str, "permissions": list, "status": str},
    ProviderState.READY_AUDIENCE: {"apiKey": str, "accountGroupId": str, "audienceId": str, "prospects": int},
    ProviderState.POPULATED_AUDIENCE: {
        "apiKey": str,
        "accountGroupId": str,
        "audienceId": str,
        "jobId": str,
        "jobStatus": str,
    },
    ProviderState.PROSPECTING_REQUEST: {"source": str, "body": dict},
}
_OPTIONAL = frozenset({"permissions", "status", "prospects", "jobStatus"})
_ALLOWED_VALUES = {"status": ("active", "revoked"), "jobStatus": ACTIVE_STATUSES}
_TYPE_NAMES = {str: "a text", list: "a list of texts", int: "a whole number", dict: "a table"}


class StatesFileError(ValueError):
    """An error in a states file; the message names the place and the problem."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An API key of the file; a key with every permission that this API knows is as good as a key with all."""

    token: str
    group: str
    permissions: frozenset[str] = ALL_PERMISSIONS
    status: str = "active"

    @property
    def may_do_everything(self) -> bool:
        """Whether the key is active, and nothing is said about permissions that it lacks."""
        return self.status == "active" and self.permissions >= ALL_PERMISSIONS

    def may(self, permission: str) -> bool:
        """Return whether the key is active and has a permission."""
        return self.status == "active" and permission in self.permissions


@dataclass(slots=True)
class StatesFile:
    """The entries of a states file. Other states than these cannot be prepared by hand.

    Attributes:
        keys: The API keys, which can be used again and again.
        ready: The audiences that are ready, each of which is used once.
        populated: The audiences being populated, each of which is used once.
        requests: The bodies of prospecting requests, by source.
    """

    keys: list[ListedKey] = field(default_factory=list)
    ready: list[Mapping[str, Any]] = field(default_factory=list)
    populated: list[Mapping[str, Any]] = field(default_factory=list)
    requests: list[Mapping[str, Any]] = field(default_factory=list)


def read_states_file(path: Path) -> StatesFile:
    """Return the entries of a file; StatesFileError where it cannot be read."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StatesFileError(getattr(error, "strerror", None) or str(error)) from None
    states = document.get("state", {})
    if set(document) - {"state"} or not isinstance(states, dict) or not states:
        raise StatesFileError(f'it has to consist of tables like [[state."{ProviderState.READY_AUDIENCE}"]]')
    for state, entries in states.items():
        _check_entries(state, entries)
    file = StatesFile(
        [_to_listed_key(entry) for entry in states.get(ProviderState.API_KEY, [])],
        list(states.get(ProviderState.READY_AUDIENCE, [])),
        list(states.get(ProviderState.POPULATED_AUDIENCE, [])),
        list(states.get(ProviderState.PROSPECTING_REQUEST, [])),
    )
    _add_implied_keys(file)
    return file


def _check_entries(state: str, entries: Any) -> None:  # noqa: ANN401  (TOML)
    """Raise StatesFileError where the entries of a state are invalid."""
    if state not in _FIELDS:
        known = ", ".join(f"'{name}'" for name in _FIELDS)
        reason = "cannot be prepared by hand" if state in {*ProviderState} else "is unknown"
        raise StatesFileError(f"the state '{state}' {reason}; those that can be are {known}")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StatesFileError(f"'{state}' is an array of tables: [[state.\"{state}\"]], with two brackets")
    for number, entry in enumerate(entries, 1):
        if problem := _find_problem(_FIELDS[state], entry):
            raise StatesFileError(f"entry {number} of '{state}': {problem}")


def _find_problem(fields: Mapping[str, type], entry: Mapping[str, Any]) -> str | None:
    """Return the first problem of an entry; None where it is valid."""
    if unknown := sorted(set(entry) - set(fields)):
        return f"unknown field {unknown[0]}; there are {', '.join(fields)}"
    if missing := [name for name in fields if name not in entry and name not in _OPTIONAL]:
        return f"{missing[0]} is missing"
    for name, value in entry.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if type(value) is not fields[name] or not all(isinstance(text, str) and text for text in texts):
            return f"{name} has to be {_TYPE_NAMES[fields[name]]}"
        if name in _ALLOWED_VALUES and value not in _ALLOWED_VALUES[name]:
            return f"{name} is {' or '.join(_ALLOWED_VALUES[name])}, not {value}"
    return None


def _to_listed_key(entry: Mapping[str, Any]) -> ListedKey:
    permissions = frozenset(entry.get("permissions", ALL_PERMISSIONS))
    return ListedKey(entry["apiKey"], entry["accountGroupId"], permissions, entry.get("status", "active"))


def _add_implied_keys(file: StatesFile) -> None:
    """Add the keys that only an audience names, with its account group and all permissions."""
    tokens = {key.token for key in file.keys}
    for entry in (*file.ready, *file.populated):
        if entry["apiKey"] not in tokens:
            tokens.add(entry["apiKey"])
            file.keys.append(ListedKey(entry["apiKey"], entry["accountGroupId"]))
