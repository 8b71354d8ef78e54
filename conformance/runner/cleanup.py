"""What checks made by the public API in an account group that stays: removed where it can be, else listed."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from conformance.client.contract import json_at
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError, PublicApi

_COLLECTION = re.compile(r"/v1/accounts/([^/?]+)/(audiences|audiences/folders|prospecting)(?:\?|$)")
_AUDIENCE = re.compile(r"/v1/accounts/([^/?]+)/audiences/([^/?]+)(?:\?|$)")


def delete_leftovers(exchanges: Iterable[Exchange], api: PublicApi) -> list[str]:
    """Delete every audience that was made and is still there; answers what stays behind."""
    audiences: dict[tuple[str, str], str] = {}
    stays: list[str] = []
    for exchange in exchanges:
        if gone := _deleted(exchange):
            audiences.pop(gone, None)
        for what, group, made in _made(exchange):
            if what == "audiences":
                audiences[group, made] = _key(exchange)
            else:
                stays.append(_STAYS[what].format(made=made, group=group))
    for (group, audience), key in audiences.items():
        try:
            api.delete_audience(key, group, audience)
        except NotEstablishedError as error:
            stays.append(f"stays behind: the audience {audience} of the account group {group}, since {error}")
    return stays


_STAYS = {
    "audiences/folders": "stays behind: the folder {made} of the account group {group}",
    "prospecting": "stays behind: what the job {made} of the account group {group} imported, and its audience",
}


def _made(exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    found = _COLLECTION.search(exchange.url)
    if exchange.method != "POST" or exchange.status not in {200, 201, 202} or found is None:
        return
    made = json_at(exchange, "data", "jobId" if found[2] == "prospecting" else "id")
    if isinstance(made, str):
        yield found[2], unquote(found[1]), made


def _deleted(exchange: Exchange) -> tuple[str, str] | None:
    found = _AUDIENCE.search(exchange.url)
    is_done = exchange.method == "DELETE" and exchange.status == 200  # noqa: PLR2004  (the documented row)
    return (unquote(found[1]), unquote(found[2])) if is_done and found is not None else None


def _key(exchange: Exchange) -> str:
    sent = [value for name, value in exchange.request_headers if name.lower() == "authorization"]
    return sent[0].partition(" ")[2] if sent else ""
