"""The clean-up of an account group that outlives the run: created audiences are deleted, the rest is reported."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import unquote

from conformance.client.contract import json_at
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError, PublicApi

_COLLECTION = re.compile(r"/v1/accounts/([^/?]+)/(audiences|audiences/folders|prospecting)(?:\?|$)")
_AUDIENCE = re.compile(r"/v1/accounts/([^/?]+)/audiences/([^/?]+)(?:\?|$)")
_CREATED, _DELETED = frozenset({200, 201, 202}), 200
_NOT_DELETABLE = {
    "audiences/folders": "stays behind: the folder {id} of the account group {group}",
    "prospecting": "stays behind: what the job {id} of the account group {group} imported, and its audience",
}
"""The messages about resources that the API cannot delete, by their collection."""


class _Resource(NamedTuple):
    collection: str
    group: str
    id: str


def delete_leftovers(exchanges: Iterable[Exchange], api: PublicApi) -> list[str]:
    """Delete every audience that was created and not deleted; return messages about what stays behind."""
    keys: dict[_Resource, str] = {}
    messages: list[str] = []
    for exchange in exchanges:
        if deleted := _deleted_audience(exchange):
            keys.pop(deleted, None)
        if created := _created_resource(exchange):
            if created.collection == "audiences":
                keys[created] = _api_key(exchange)
            else:
                messages.append(_NOT_DELETABLE[created.collection].format(id=created.id, group=created.group))
    for audience, key in keys.items():
        try:
            api.delete_audience(key, audience.group, audience.id)
        except NotEstablishedError as error:
            messages.append(
                f"stays behind: the audience {audience.id} of the account group {audience.group}, since {error}"
            )
    return messages


def _created_resource(exchange: Exchange) -> _Resource | None:
    collection = _COLLECTION.search(exchange.url)
    if exchange.method != "POST" or exchange.status not in _CREATED or collection is None:
        return None
    resource_id = json_at(exchange, "data", "jobId" if collection[2] == "prospecting" else "id")
    return _Resource(collection[2], unquote(collection[1]), resource_id) if isinstance(resource_id, str) else None


def _deleted_audience(exchange: Exchange) -> _Resource | None:
    audience = _AUDIENCE.search(exchange.url)
    if exchange.method != "DELETE" or exchange.status != _DELETED or audience is None:
        return None
    return _Resource("audiences", unquote(audience[1]), unquote(audience[2]))


def _api_key(exchange: Exchange) -> str:
    values = [value for name, value in exchange.request_headers if name.lower() == "authorization"]
    return values[0].partition(" ")[2] if values else ""
