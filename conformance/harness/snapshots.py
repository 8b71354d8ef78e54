"""What of an account group can be seen: its audiences, folders and jobs, by reading them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Profile
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

LIST_LAG = 2.0
"""Seconds after which lists have to show what is so (the design's reading of 'ready for use')."""

_STEP = 0.1
_MANY_PAGES = 500
_OK = 200


@dataclass(frozen=True)
class Snapshot:
    """Names by identifier; `exchanges`: what showed them."""

    audiences: dict[str, Any]
    folders: dict[str, Any]
    jobs: frozenset[str]
    exchanges: tuple[Exchange, ...]

    def agrees(self, other: "Snapshot") -> bool:
        """Whether both show the same."""
        return (self.audiences, self.folders, self.jobs) == (other.audiences, other.folders, other.jobs)

    def without_new(self, earlier: "Snapshot", name: str | None) -> "Snapshot":
        """Without the audiences that came since, unless they are called so."""
        kept = {one: shown for one, shown in self.audiences.items() if one in earlier.audiences or shown == name}
        return replace(self, audiences=kept)

    def diff(self, other: "Snapshot") -> str:
        """What differs from what another shows, in this one's words; all of it where nothing does."""
        if self.agrees(other):
            return str(self)
        return str(
            replace(
                self,
                audiences=_without(self.audiences, other.audiences),
                folders=_without(self.folders, other.folders),
                jobs=self.jobs - other.jobs,
            )
        )

    def __str__(self) -> str:
        return f"audiences {self.audiences}, folders {self.folders}, jobs {sorted(self.jobs)}"[:400]


def _without(names: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {one: name for one, name in names.items() if one not in others or others[one] != name}


def take_snapshot(context: CheckContext, key: Key) -> Snapshot:
    """All that the profile lets a key see of its account group."""
    audiences, seen = read_all_pages(context, operations.LIST_AUDIENCES, key)
    navigation = context.call(operations.GET_NAVIGATION, key)
    folders = {str(one.get("id")): one.get("name") for one in records(json_at(navigation, "data", "folders"))}
    jobs: list[Any] = []
    if context.profile is Profile.FULL:
        jobs, more = read_all_pages(context, operations.LIST_JOBS, key)
        seen = [*seen, *more]
    shown = {str(one.get("id")): one.get("name") for one in audiences}
    return Snapshot(shown, folders, frozenset(str(one.get("jobId")) for one in jobs), (*seen, navigation))


def records(items: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (JSON)
    """The objects of a list, of whatever was answered in its place none."""
    return (one for one in items if isinstance(one, dict)) if isinstance(items, list) else iter(())


def read_all_pages(
    context: CheckContext, operation: OperationSpec, key: Key, target: str = "", **query: str | int | None
) -> tuple[list[dict[str, Any]], list[Exchange]]:
    """All items of a list, page after page, and the exchanges; NotEstablishedError where a page is refused."""
    items: list[dict[str, Any]] = []
    pages: list[Exchange] = []
    for exchange in pages_of(context, operation, key, target, **query):
        if exchange.status != _OK:
            raise NotEstablishedError(
                f"a page was refused: {exchange.method} {exchange.url} answered {exchange.status}"
            )
        items += records(json_at(exchange, "data", "items"))
        pages.append(exchange)
    return items, pages


def pages_of(
    context: CheckContext, operation: OperationSpec, key: Key, target: str = "", **query: str | int | None
) -> Iterator[Exchange]:
    """The pages of a list, as the client that follows `nextCursor` while `hasMore` says so gets them."""
    cursor: str | None = None
    for _ in range(_MANY_PAGES):
        asked = {**query, "cursor": cursor}
        text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in asked.items() if value is not None)
        exchange = context.call(operation, key, target, extras=RequestOptions(query=f"?{text}" if text else ""))
        yield exchange
        following = json_at(exchange, "data", "nextCursor")
        if json_at(exchange, "data", "hasMore") is not True or not isinstance(following, str):
            return
        cursor = following


def eventually(context: CheckContext, look: Callable[[], bool]) -> tuple[bool, bool]:
    """Whether something is so at once, and whether it is within two seconds."""
    if look():
        return True, True
    for _ in range(round(LIST_LAG / _STEP) + 2):
        context.wait(_STEP)
        if look():
            return False, True
    return False, False


def read(context: CheckContext, key: Key, audience: str) -> tuple[dict[str, Any], Exchange]:
    """An audience as it is read; NotEstablishedError where it cannot be."""
    exchange = context.call(operations.GET_AUDIENCE, key, audience)
    shown = json_at(exchange, "data")
    if exchange.status != _OK or not isinstance(shown, dict):
        raise NotEstablishedError(f"an audience could not be read: {exchange.url} answered {exchange.status}")
    return shown, exchange


def audiences_in(
    context: CheckContext, operation: OperationSpec, key: Key
) -> tuple[list[dict[str, Any]], list[Exchange]]:
    """The audiences of the list, over all its pages, or those of the navigation, in folders and in none."""
    if operation is operations.LIST_AUDIENCES:
        return read_all_pages(context, operation, key)
    exchange = context.call(operation, key)
    folders = records(json_at(exchange, "data", "folders"))
    loose = records(json_at(exchange, "data", "ungroupedAudiences"))
    return [*(one for folder in folders for one in records(folder.get("audiences"))), *loose], [exchange]


def listed(context: CheckContext, operation: OperationSpec, key: Key) -> tuple[set[str], list[Exchange]]:
    """The identifiers of the audiences that the list or the navigation shows."""
    items, exchanges = audiences_in(context, operation, key)
    return {str(one.get("id")) for one in items}, exchanges
