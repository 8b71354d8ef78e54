"""Snapshots of an account group: its audiences, folders and jobs, as they can be read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.requirements import Profile
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.model.listing import LIST_LAG
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

_POLL_INTERVAL = 0.1
"""Seconds between two attempts while a list may lag."""

_MOST_PAGES = 500
_OK, _TOO_MANY = 200, 429


@dataclass(frozen=True)
class Snapshot:
    """The readable state of an account group.

    Attributes:
        audiences: The names of the audiences, by identifier.
        folders: The names of the folders, by identifier.
        jobs: The identifiers of the jobs.
        exchanges: The exchanges that showed them.
    """

    audiences: dict[str, Any]
    folders: dict[str, Any]
    jobs: frozenset[str]
    exchanges: tuple[Exchange, ...]

    def agrees(self, other: "Snapshot") -> bool:
        """Return whether both snapshots show the same."""
        return (self.audiences, self.folders, self.jobs) == (other.audiences, other.folders, other.jobs)

    def without_new(self, earlier: "Snapshot", name: str | None) -> "Snapshot":
        """Return the snapshot without the audiences made after an earlier one, except those with a name."""
        kept = {
            identifier: shown
            for identifier, shown in self.audiences.items()
            if identifier in earlier.audiences or shown == name
        }
        return replace(self, audiences=kept)

    def diff(self, other: "Snapshot") -> str:
        """Return the part of this snapshot that differs from another as a text; all of it where nothing differs."""
        if self.agrees(other):
            return str(self)
        return str(
            replace(
                self,
                audiences=_difference(self.audiences, other.audiences),
                folders=_difference(self.folders, other.folders),
                jobs=self.jobs - other.jobs,
            )
        )

    def __str__(self) -> str:
        return f"audiences {self.audiences}, folders {self.folders}, jobs {sorted(self.jobs)}"[:400]


def _difference(names: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    return {
        identifier: name for identifier, name in names.items() if identifier not in others or others[identifier] != name
    }


def take_snapshot(context: CheckContext, key: Key) -> Snapshot:
    """Read the state of an account group, as far as the profile lets the key see it."""
    audiences, exchanges = read_all_pages(context, operations.LIST_AUDIENCES, key)
    navigation = context.call(operations.GET_NAVIGATION, key)
    folders = {str(folder.get("id")): folder.get("name") for folder in records(json_at(navigation, "data", "folders"))}
    jobs: list[Any] = []
    if context.profile is Profile.FULL:
        jobs, job_exchanges = read_all_pages(context, operations.LIST_JOBS, key)
        exchanges = [*exchanges, *job_exchanges]
    return Snapshot(
        {str(audience.get("id")): audience.get("name") for audience in audiences},
        folders,
        frozenset(str(job.get("jobId")) for job in jobs),
        (*exchanges, navigation),
    )


def records(items: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  (JSON)
    """Return the objects in a list; none where it is not a list."""
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def read_all_pages(
    context: CheckContext, operation: OperationSpec, key: Key, resource_id: str = "", **query: str | int | None
) -> tuple[list[dict[str, Any]], list[Exchange]]:
    """Read all pages of a list, and return its items and the exchanges.

    Raises:
        NotEstablishedError: The first page is refused.
        ViolationError: A later page is refused, although the target has just given the cursor.
    """
    items: list[dict[str, Any]] = []
    pages: list[Exchange] = []
    for exchange in pages_of(context, operation, key, resource_id, **query):
        if exchange.status != _OK:
            raise NotEstablishedError(
                f"a page was refused: {exchange.method} {exchange.url} answered {exchange.status}"
            )
        items += records(json_at(exchange, "data", "items"))
        pages.append(exchange)
    return items, pages


def pages_of(
    context: CheckContext, operation: OperationSpec, key: Key, resource_id: str = "", **query: str | int | None
) -> Iterator[Exchange]:
    """Yield the pages of a list, following `nextCursor` while `hasMore` is true, 500 at most.

    The target may refuse the first page: which sizes are allowed is not printed.

    Raises:
        NotEstablishedError: A later page is past the rate limit.
        ViolationError: A later page is refused, although the target has just given the cursor.
    """
    for page, before in _with_page_before(follow_cursors(context, operation, key, resource_id, **query)):
        if before is not None and page.status == _TOO_MANY:
            raise NotEstablishedError(f"a page was past the rate limit: {page.method} {page.url}")
        if before is not None and page.status != _OK:
            requirement_id, expected = operation.requirement("PAGES"), "the page of the cursor that was just given"
            Expectations(context).condition(requirement_id, expected, describe(page), [before, page], holds=False)
        yield page


def _with_page_before(pages: Iterable[Exchange]) -> Iterator[tuple[Exchange, Exchange | None]]:
    before: Exchange | None = None
    for page in pages:
        yield page, before
        before = page


def follow_cursors(
    context: CheckContext, operation: OperationSpec, key: Key, resource_id: str = "", **query: str | int | None
) -> Iterator[Exchange]:
    """Yield the pages of a list as `pages_of` does, whatever their status."""
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        parameters = {**query, "cursor": cursor}
        text = "&".join(
            f"{name}={quote(str(value), safe='')}" for name, value in parameters.items() if value is not None
        )
        options = RequestOptions(query=f"?{text}" if text else "")
        exchange = context.call(operation, key, resource_id, options=options)
        yield exchange
        next_cursor = json_at(exchange, "data", "nextCursor")
        if json_at(exchange, "data", "hasMore") is not True or not isinstance(next_cursor, str):
            return
        cursor = next_cursor


def eventually(context: CheckContext, condition: Callable[[], bool]) -> tuple[bool, bool]:
    """Return whether a condition holds at once, and whether it holds within the lag of lists (2 seconds)."""
    if condition():
        return True, True
    for _ in range(round(LIST_LAG / _POLL_INTERVAL) + 2):
        context.wait(_POLL_INTERVAL)
        if condition():
            return False, True
    return False, False


def read(context: CheckContext, key: Key, audience: str) -> tuple[dict[str, Any], Exchange]:
    """Read an audience, and return its data and the exchange; NotEstablishedError where it cannot be read."""
    exchange = context.call(operations.GET_AUDIENCE, key, audience)
    data = json_at(exchange, "data")
    if exchange.status != _OK or not isinstance(data, dict):
        raise NotEstablishedError(f"an audience could not be read: {exchange.url} answered {exchange.status}")
    return data, exchange


def audiences_in(
    context: CheckContext, operation: OperationSpec, key: Key
) -> tuple[list[dict[str, Any]], list[Exchange]]:
    """Return the audiences of the list, over all its pages, or of the navigation, with or without a folder."""
    if operation is operations.LIST_AUDIENCES:
        return read_all_pages(context, operation, key)
    exchange = context.call(operation, key)
    folders = records(json_at(exchange, "data", "folders"))
    in_folders = (audience for folder in folders for audience in records(folder.get("audiences")))
    ungrouped = records(json_at(exchange, "data", "ungroupedAudiences"))
    return [*in_folders, *ungrouped], [exchange]


def listed(context: CheckContext, operation: OperationSpec, key: Key) -> tuple[set[str], list[Exchange]]:
    """Return the identifiers of the audiences in the list or in the navigation, and the exchanges."""
    items, exchanges = audiences_in(context, operation, key)
    return {str(item.get("id")) for item in items}, exchanges
