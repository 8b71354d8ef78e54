"""The keys and resources of a states file: a script names them by variables of the environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.report.scripts.captures import mentions, request_text
from conformance.results.exchange import Exchange
from conformance.states.provider_states import ProviderState
from conformance.states.states_file import ListedKey, StatesFile

_PREFIX = "AUDIENCE_PREPARED"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that a script needs, and that was prepared by hand.

    Attributes:
        variable: The variable that names it.
        identifier: Its identifier in the run.
        description: The description of it, and of any other one that does as well.
        is_used_up: Whether the run has deleted it.
    """

    variable: str
    identifier: str
    description: str
    is_used_up: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that was prepared by hand.

    Attributes:
        keys: The description of each key.
        resources: The description of each resource, by its identifier.
        deleted: The identifiers of the resources that the run has deleted.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()

    def needed_by(self, exchanges: Iterable[Exchange]) -> tuple[Resource, ...]:
        """Return the resources that some requests name, in the order of the requests."""
        texts = [*map(request_text, exchanges)]
        named = dict.fromkeys(one for text in texts for one in self.resources if mentions(text, one))
        return tuple(
            Resource(f"{_PREFIX}_{number}", identifier, self.resources[identifier], identifier in self.deleted)
            for number, identifier in enumerate(named, 1)
        )


def prepared_by(file: StatesFile, deleted: frozenset[str]) -> Prepared:
    """Return the keys and resources of a states file, of which a run has deleted some."""
    ready = {entry["audienceId"]: _description(ProviderState.READY_AUDIENCE, entry) for entry in file.ready}
    populated = {
        entry[name]: f"{prefix}{_description(ProviderState.POPULATED_AUDIENCE, entry)}"
        for entry in file.populated
        for name, prefix in (("audienceId", ""), ("jobId", "the job of "))
    }
    return Prepared({key.token: _key_description(key) for key in file.keys}, ready | populated, deleted)


def _description(state: str, entry: Mapping[str, Any]) -> str:
    details = [f"{name} {entry[name]}" for name in ("jobStatus", "prospects") if name in entry]
    return ", ".join([state, *details, f"in the account group {entry['accountGroupId']}"])


def _key_description(key: ListedKey) -> str:
    permissions = (
        "" if key.may_do_everything else f", {key.status}, with {', '.join(sorted(key.permissions)) or 'none'}"
    )
    return f"a key of the account group {key.group}{permissions}"
