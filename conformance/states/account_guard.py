"""The guard of an account that is kept: no request of the suite changes or deletes what the suite has not made."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.client.client import RawRequest
from conformance.client.contract import json_at
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states.allowances import Allowances
from conformance.states.destination import ACCOUNTS, JOBS, Destination, destination_of, shown_items
from conformance.states.errors import WithheldError
from conformance.states.own_resources import OwnResources, Resource
from conformance.states.request_guard import ID_MEMBERS, RESOURCE_VALUES, RequestGuard

_LONGEST_TEXT = 300
_NO_CREDITS, _FORBIDDEN, _CONFLICT, _FAILED = 402, 403, 409, 500
_IDEMPOTENCY_KEY = "idempotency-key"
_OTHERS = "a request was not sent: it names what the run has not made, and what may be somebody else's"
_UNKNOWN_PATH = "a request was not sent: nobody knows what a write to such a path changes"
_TOO_LONG = f"a request was not sent: a text longer than {_LONGEST_TEXT} characters might harm an account that is kept"

_WORDS = frozenset({"folders", "navigation"})
"""Segments of documented paths that stand where an identifier may stand."""


class AccountGuard(RequestGuard):
    """The guard of account groups that are kept.

    Args:
        allowances: The resources that the run may make.
        lacking: The permissions that each key is known to lack.

    Attributes:
        made: The resources that requests have made and not deleted, each with the key of the request.
        created: All resources that the run has made, also by provider states.
        doubtful: Requests that may have made something, and whose responses were lost.
    """

    def __init__(self, allowances: Allowances, lacking: Mapping[str, frozenset[str]]) -> None:
        super().__init__()
        self.allowances = allowances
        self.made: dict[Resource, str] = {}
        self.created: set[Resource] = set()
        self.doubtful: list[str] = []
        self._started: list[Resource] = []
        self._idempotency_keys: set[tuple[str, str]] = set()
        self._keys: defaultdict[str, list[str]] = defaultdict(list)
        self._own = OwnResources()
        self._lacking = {token: set(permissions) for token, permissions in lacking.items()}
        self._permitted: set[tuple[str, str]] = set()

    def watch_key(self, token: str) -> None:
        """Learn the permissions of a key from its responses; of another key the states say which it has."""
        self._lacking.setdefault(token, set())

    def lacks(self, token: str, permission: str) -> bool:
        """Return whether a key is known to lack a permission."""
        return permission in self._lacking.get(token, ())

    def adopt(self, values: Mapping[str, Any]) -> None:
        """Note the values of a provider state: its account group and its resources belong to the run."""
        super().adopt(values)
        group = str(values.get("accountGroupId", ""))
        if group:
            self._own.groups.add(group)
        if "apiKey" in values:
            self._keys[group].append(str(values["apiKey"]))
        for name in RESOURCE_VALUES:
            if isinstance(values.get(name), str):
                self._own.add(Resource(RESOURCE_VALUES[name], group, values[name]))

    @property
    def groups(self) -> list[str]:
        """The account groups in which the run works."""
        return sorted(self._own.groups)

    def keys_of(self, group: str) -> list[str]:
        """Return the keys of an account group, the one that was used most first."""
        return [key for key, _ in Counter(self._keys[group]).most_common()]

    def take_started_jobs(self) -> list[Resource]:
        """Return the jobs that were started since the last call: they may be active."""
        started, self._started = self._started, []
        return started

    def note_created(self, collection: str, group: str, identifier: str) -> None:
        """Note that the run has made a resource."""
        resource = Resource(collection, group, identifier)
        self.created.add(resource)
        self._own.add(resource)

    def announcement(self) -> str:
        """Return what the run makes in its account groups, in a line for each kind of resource."""
        return self.allowances.announcement(self.groups)

    def reason_against_another(self, collection: str) -> str | None:
        """Return the reason why no further resource is made in a collection; None where one may be made."""
        made = sum(resource.collection == collection for resource in self.created)
        return self.allowances.reason_against(collection, made)

    def reason_against(self, raw: RawRequest) -> str | None:
        """Return the reason why a request is not sent; None where it is."""
        destination = destination_of(raw)
        if self.lacks(_token(raw), destination.permission):
            return _lacks(destination.permission)
        if destination.only_reads:
            return None
        if destination.longest_text > _LONGEST_TEXT:
            return _TOO_LONG
        if not destination.collection or destination.resource_id in _WORDS:
            return _UNKNOWN_PATH
        if not destination.resource_id:
            return self._reason_against_creation(destination)
        return None if all(self._are_harmless(destination)) else _OTHERS

    def _reason_against_creation(self, destination: Destination) -> str | None:
        """Return the reason why nothing is created in a collection, or why no other method is sent to it."""
        if destination.method != "POST":
            return _UNKNOWN_PATH
        if not all(self._are_harmless(destination)):
            return _OTHERS
        return self.reason_against_another(destination.collection)

    def _are_harmless(self, destination: Destination) -> Iterator[bool]:
        """Yield whether each identifier of a write is one of the run, or cannot be anybody's."""
        group = destination.group
        yield self._is_own(ACCOUNTS, "", group) or self.issued.of(ACCOUNTS).cannot_include(group)
        named = [*destination.named]
        if destination.resource_id:
            named.append((destination.collection, destination.resource_id))
        for collection, identifier in named:
            yield self._is_own(collection, group, identifier) or self.issued.of(collection).cannot_include(identifier)

    def after(self, raw: RawRequest, exchange: Exchange) -> None:
        """Note what a response shows; raise WithheldError where that is a fact of the key or of the account."""
        destination = destination_of(raw)
        if destination.only_reads:
            self._note_shown(destination, exchange)
        else:
            self._note_write(raw, destination, exchange)
        if destination.collection == JOBS and not destination.resource_id and not destination.only_reads:
            self._judge_start(raw, exchange)
        self._learn_permission(_token(raw), destination, exchange)

    def _judge_start(self, raw: RawRequest, exchange: Exchange) -> None:
        """Raise WithheldError where what is in the account group stands against a job: nobody has prepared it."""
        idempotency_key = next((value for name, value in raw.headers.items() if name.lower() == _IDEMPOTENCY_KEY), "")
        is_first = (_token(raw), idempotency_key) not in self._idempotency_keys
        self._idempotency_keys.add((_token(raw), idempotency_key))
        if exchange.status == _NO_CREDITS:
            raise WithheldError("the account group has no credits left for a job: the target answers 402")
        if exchange.status == _CONFLICT and is_first:
            raise WithheldError("the account group may have too many active jobs for another: the target answers 409")

    def _note_shown(self, destination: Destination, exchange: Exchange) -> None:
        """Note the identifiers of what a response shows, which may be somebody else's."""
        if exchange.status not in SUCCESS or destination.action:
            return
        data = json_at(exchange, "data")
        for collection, items in shown_items(destination, data if isinstance(data, dict) else {}):
            for item in items if isinstance(items, list) else ():
                identifier = item.get(ID_MEMBERS.get(collection, "id")) if isinstance(item, dict) else None
                if isinstance(identifier, str) and identifier:
                    self.issued.add(collection, identifier)

    def _note_write(self, raw: RawRequest, destination: Destination, exchange: Exchange) -> None:
        created = self.issued.add_created(destination, exchange)
        group = destination.group
        if created is not None:
            self.note_created(destination.collection, group, created)
            resource = Resource(destination.collection, group, created)
            self.made[resource] = _token(raw)
            self._started += [resource] * (resource.collection == JOBS)
        elif not destination.resource_id and (exchange.status is None or exchange.status >= _FAILED):
            self.doubtful.append(f"{raw.method} {raw.path}")
        elif destination.method == "DELETE" and exchange.status in SUCCESS:
            self.made.pop(Resource(destination.collection, group, destination.resource_id), None)

    def _learn_permission(self, token: str, destination: Destination, exchange: Exchange) -> None:
        """Learn what a key may do; raise WithheldError at the first 403 that says that it lacks a permission."""
        permission = destination.permission
        if not permission or token not in self._keys.get(destination.group, ()):
            return
        if exchange.status in SUCCESS:
            self._permitted.add((token, permission))
        is_fact = exchange.status == _FORBIDDEN and (token, permission) not in self._permitted
        if is_fact and self._is_in_own_group(destination) and token in self._lacking:
            self._lacking[token].add(permission)
            raise WithheldError(_lacks(permission))

    def _is_own(self, collection: str, group: str, identifier: str) -> bool:
        """Return whether an identifier is one of the run."""
        return self._own.include(collection, group, identifier, are_decimal=self.issued.of(collection).are_decimal)

    def _is_in_own_group(self, destination: Destination) -> bool:
        """Return whether only the permission can be the reason for a 403: the path names nothing but own resources."""
        resource_id = destination.resource_id
        return not resource_id or self._is_own(destination.collection, destination.group, resource_id)


def _lacks(permission: str) -> str:
    return f"the key lacks the permission {permission}: the target answers 403"


def _token(raw: RawRequest) -> str:
    values = [value for name, value in raw.headers.items() if name.lower() == "authorization"]
    return values[0].partition(" ")[2] if values else ""
