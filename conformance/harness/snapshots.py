"""The reading of lists, page by page, and of what may have to settle first."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, describe
from conformance.harness.key import Key
from conformance.harness.settling import poll
from conformance.results.exchange import Exchange
from conformance.states import NotEstablishedError

_MOST_PAGES = 500
_OK, _NOT_FOUND, _TOO_MANY = 200, 404, 429


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


def eventually(context: CheckContext, condition: Callable[[], bool], subject: str = "lists") -> tuple[bool, bool]:
    """Return whether a condition holds at once, and whether it holds within the settling time.

    `subject` is the plural of what has to settle.
    """
    return poll(context.facts.settling, context.wait, condition, subject)


def read(context: CheckContext, key: Key, audience: str) -> tuple[dict[str, Any], Exchange]:
    """Read an audience, and return its data and the exchange; NotEstablishedError where it cannot be read.

    One that was just created may not be found for the settling time.
    """
    exchanges: list[Exchange] = []

    def is_found() -> bool:
        exchanges.append(context.call(operations.GET_AUDIENCE, key, audience))
        return exchanges[-1].status != _NOT_FOUND

    eventually(context, is_found, "single reads")
    exchange = exchanges[-1]
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
