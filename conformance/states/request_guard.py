"""The guard of requests to a target: it notes the identifiers that are given out, and may withhold a request."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from conformance.client.client import RawRequest
from conformance.client.contract import json_at
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states.destination import ACCOUNTS, AUDIENCES, FOLDERS, JOBS, Destination, destination_of
from conformance.states.errors import WithheldError
from conformance.states.given_out import GivenOut

RESOURCE_VALUES = {"audienceId": AUDIENCES, "jobId": JOBS}
"""The values of provider states that name a resource, with its collection."""

ID_MEMBERS = {AUDIENCES: "id", FOLDERS: "id", JOBS: "jobId"}
"""The members of data that name a resource, by its collection."""

_VALUES = {**RESOURCE_VALUES, "accountGroupId": ACCOUNTS}


class IssuedIdentifiers:
    """The identifiers that the target has given out, by the kind of resource."""

    def __init__(self) -> None:
        self.texts: set[str] = set()
        self._by_kind: defaultdict[str, GivenOut] = defaultdict(GivenOut)

    def of(self, collection: str) -> GivenOut:
        """Return the identifiers of a collection."""
        return self._by_kind[collection]

    def add(self, collection: str, identifier: str) -> None:
        """Add an identifier of a collection."""
        self.texts.add(identifier)
        self._by_kind[collection].add(identifier)

    def add_values(self, values: Mapping[str, Any]) -> None:
        """Add the identifiers among the values of a provider state."""
        for name, collection in _VALUES.items():
            if isinstance(values.get(name), str):
                self.add(collection, values[name])
        self.texts |= {value for value in values.values() if isinstance(value, str)}

    def add_created(self, destination: Destination, exchange: Exchange) -> str | None:
        """Add the identifier of a resource that a request has created, and return it; None where it has not."""
        if destination.only_reads or not destination.collection or destination.resource_id:
            return None
        identifier = json_at(exchange, "data", ID_MEMBERS[destination.collection])
        if exchange.status not in SUCCESS or not isinstance(identifier, str) or not identifier:
            return None
        self.add(destination.collection, identifier)
        return identifier


class RequestGuard:
    """The guard of a target that makes its own account groups: it only notes the identifiers that are given out."""

    def __init__(self) -> None:
        self.issued = IssuedIdentifiers()

    def before(self, raw: RawRequest) -> None:
        """Raise WithheldError where a request is not to be sent."""
        if (reason := self.reason_against(raw)) is not None:
            raise WithheldError(reason)

    def reason_against(self, raw: RawRequest) -> str | None:  # noqa: ARG002  (nothing is withheld here)
        """Return the reason why a request is not sent; None where it is."""
        return None

    def after(self, raw: RawRequest, exchange: Exchange) -> None:
        """Note the identifiers that a response gives out."""
        if raw.method == "POST":
            self.issued.add_created(destination_of(raw), exchange)

    def adopt(self, values: Mapping[str, Any]) -> None:
        """Note the values of a provider state: its resources belong to the run."""
        self.issued.add_values(values)

    def lacks(self, token: str, permission: str) -> bool:  # noqa: ARG002  (the states say which permissions a key has)
        """Return whether a key is known to lack a permission."""
        return False
