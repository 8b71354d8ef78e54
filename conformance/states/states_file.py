"""What a states file may list, and how it is read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.states.provider_states import KEY, POPULATED, READY, REQUEST, STATES

ALL = frozenset({"audiences:read", "audiences:write", "prospects:read", "prospecting:read", "prospecting:write"})

_FIELDS: Mapping[str, Mapping[str, type]] = {
    KEY: {"apiKey": str, "accountGroupId": str, "permissions": list, "status": str},
    READY: {"apiKey": str, "accountGroupId": str, "audienceId": str, "prospects": int},
    POPULATED: {"apiKey": str, "accountGroupId": str, "audienceId": str, "jobId": str, "jobStatus": str},
    REQUEST: {"source": str, "body": dict},
}
_OPTIONAL = frozenset({"permissions", "status", "prospects", "jobStatus"})
_ONE_OF = {"status": ("active", "revoked"), "jobStatus": ("queued", "running")}
_WORDS = {str: "a text", list: "a list of texts", int: "a whole number", dict: "a table"}


class StatesFileError(ValueError):
    """The file cannot be read as meant; says where, and what is wrong."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An API key of the list; a key with every permission that this API knows is as good as one with all."""

    token: str
    group: str
    permissions: frozenset[str] = ALL
    status: str = "active"

    def may(self, permission: str) -> bool:
        """Whether it can be used for something."""
        return self.status == "active" and permission in self.permissions


@dataclass(slots=True)
class StatesFile:
    """The entries of a file: keys, and by state what is used up. Other states than these cannot be prepared by hand."""

    keys: list[ListedKey] = field(default_factory=list)
    ready: list[Mapping[str, Any]] = field(default_factory=list)
    populated: list[Mapping[str, Any]] = field(default_factory=list)
    requests: list[Mapping[str, Any]] = field(default_factory=list)


def read_states_file(path: Path) -> StatesFile:
    """What a file lists; StatesFileError where it cannot be read."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StatesFileError(getattr(error, "strerror", None) or str(error)) from None
    states = document.get("state", {})
    if set(document) - {"state"} or not isinstance(states, dict) or not states:
        raise StatesFileError(f'it has to consist of tables like [[state."{READY}"]]')
    for state, entries in states.items():
        _check(state, entries)
    listed = StatesFile(
        [_key(entry) for entry in states.get(KEY, [])],
        *(list(states.get(state, [])) for state in (READY, POPULATED, REQUEST)),
    )
    _imply_keys(listed)
    return listed


def _check(state: str, entries: Any) -> None:  # noqa: ANN401  (TOML)
    if state not in _FIELDS:
        known = ", ".join(f"'{one}'" for one in _FIELDS)
        why = "cannot be prepared by hand" if state in STATES else "is unknown"
        raise StatesFileError(f"the state '{state}' {why}; those that can be are {known}")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise StatesFileError(f"'{state}' is an array of tables: [[state.\"{state}\"]], with two brackets")
    for number, entry in enumerate(entries, 1):
        if fault := _fault(_FIELDS[state], entry):
            raise StatesFileError(f"entry {number} of '{state}': {fault}")


def _fault(fields: Mapping[str, type], entry: Mapping[str, Any]) -> str | None:
    if unknown := sorted(set(entry) - set(fields)):
        return f"unknown field {unknown[0]}; there are {', '.join(fields)}"
    if missing := [name for name in fields if name not in entry and name not in _OPTIONAL]:
        return f"{missing[0]} is missing"
    for name, value in entry.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if type(value) is not fields[name] or not all(isinstance(one, str) and one for one in texts):
            return f"{name} has to be {_WORDS[fields[name]]}"
        if name in _ONE_OF and value not in _ONE_OF[name]:
            return f"{name} is {' or '.join(_ONE_OF[name])}, not {value}"
    return None


def _key(entry: Mapping[str, Any]) -> ListedKey:
    permissions = frozenset(entry.get("permissions", ALL))
    return ListedKey(entry["apiKey"], entry["accountGroupId"], permissions, entry.get("status", "active"))


def _imply_keys(listed: StatesFile) -> None:
    """A key that only an audience names is a key of that account group, with all permissions."""
    there = {key.token for key in listed.keys}
    for entry in (*listed.ready, *listed.populated):
        if entry["apiKey"] not in there:
            there.add(entry["apiKey"])
            listed.keys.append(ListedKey(entry["apiKey"], entry["accountGroupId"]))
