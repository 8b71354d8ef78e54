"""The barriers before each list: no documented query lifts the refusal of a key, its permission or the guard."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from conformance.catalogue import operations
from conformance.catalogue.jobs import ACTIVE_STATUSES
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations, SoftAssertions, by_own_word, describe
from conformance.harness.key import Key
from conformance.harness.paged_list import PagedList
from conformance.harness.parametrization import for_each_operation
from conformance.model.refusal_grounds import CONFLICT, ELSEWHERE, FORBIDDEN, UNAUTHORIZED
from conformance.states import NotEstablishedError

LISTS = (operations.LIST_AUDIENCES, operations.LIST_PROSPECTS, operations.LIST_JOBS)
ITEMS = 2
LIMITS = ("limit=1", "limit=100")
BAD_CURSOR = frozenset({400})
"""The refusal of a cursor that belongs to another key, or to another list, which may come first."""


@dataclass(frozen=True)
class Query:
    """A query of documented parameters: a limit or a filter, a cursor, or both."""

    text: str
    cursor: str = ""

    @property
    def name(self) -> str:
        """The name of the query in a report."""
        return " and ".join([*([self.text] if self.text else []), *(["a cursor"] if self.cursor else [])])

    @property
    def options(self) -> RequestOptions:
        """The options of a request with this query."""
        cursor = f"cursor={quote(self.cursor, safe='')}" if self.cursor else ""
        return RequestOptions(query=f"?{'&'.join(filter(None, [self.text, cursor]))}")


@dataclass(frozen=True)
class Barrier:
    """A reason to refuse every request of a list, whatever its query.

    Attributes:
        fact: The fact that names it.
        request: The request, without a query.
        statuses: The documented statuses of the refusal.
        reason: The description of the refusal.
    """

    fact: str
    request: ApiRequest
    statuses: frozenset[int]
    reason: str


@for_each_operation(LISTS)
def check_no_query_lifts_the_refusal_of_a_list(context: CheckContext, operation: OperationSpec) -> None:
    key = context.create_key()
    paged = filled_list(context, operation, key)
    queries, soft = list(documented_queries(context, paged)), SoftAssertions()
    tries = [(barrier, query) for barrier in barriers(context, paged) for query in queries]

    exchanges = context.client.send_in_parallel(
        [partial(context.client.send, replace(barrier.request, options=query.options)) for barrier, query in tries]
    )

    for (barrier, query), exchange in zip(tries, exchanges, strict=True):
        holds = exchange.status in barrier.statuses | (BAD_CURSOR if query.cursor else frozenset())
        expected = f"{barrier.reason}, also with {query.name}"
        requirement_id = operation.requirement(barrier.fact)
        with soft:
            Expectations(context).condition(requirement_id, expected, describe(exchange), [exchange], holds=holds)
    soft.raise_first()


def filled_list(context: CheckContext, operation: OperationSpec, key: Key) -> PagedList:
    """Return a list with items for two pages."""
    if operation is operations.LIST_PROSPECTS:
        return PagedList(context, operation, key, context.ready_audience(key, prospects=ITEMS).id)
    make = context.populated_audience if operation is operations.LIST_JOBS else context.ready_audience
    for _ in range(ITEMS):
        make(key)
    return PagedList(context, operation, key)


def documented_queries(context: CheckContext, paged: PagedList) -> Iterator[Query]:
    """Yield the documented queries that the target takes from a key with all permissions: no other decides anything."""
    filters = [f"status={status}" for status in ACTIVE_STATUSES] if paged.operation is operations.LIST_JOBS else []
    queries = [Query(text) for text in (*LIMITS, *filters)]
    call = partial(context.call, paged.operation, paged.key, paged.resource_id)
    exchanges = context.client.send_in_parallel([partial(call, options=query.options) for query in queries])
    yield from (query for query, exchange in zip(queries, exchanges, strict=True) if exchange.status == 200)
    with suppress(NotEstablishedError):
        cursor = paged.cursor()[0]
        yield from (Query(text, cursor) for text in ("", "limit=1", *filters))


def barriers(context: CheckContext, paged: PagedList) -> Iterator[Barrier]:
    """Yield the barriers of a list, as far as they can be set up."""
    operation, key = paged.operation, paged.key
    request = ApiRequest(operation, key.token, key.group, paged.resource_id)
    yield Barrier("KEY", replace(request, key=None), UNAUTHORIZED, "401: there is no key")
    required = operation.permission.wire if operation.permission else ""
    for held in ([], sorted(ALL_PERMISSIONS - {required})):
        with suppress(NotEstablishedError):
            powerless = context.create_key(permissions=held, accountGroupId=key.group)
            reason = f"403: the key lacks {required}"
            yield Barrier("PERMISSION", replace(request, key=powerless.token), FORBIDDEN, reason)
    with suppress(NotEstablishedError):
        reason = "403 or 404: the account group is not that of the key"
        yield Barrier("SCOPE", replace(request, key=context.create_key().token), ELSEWHERE, reason)
    if operation is operations.LIST_PROSPECTS:
        with suppress(NotEstablishedError):
            protected = context.populated_audience(key)
            reason = by_own_word(409, f"the active job {protected.job} populates it")
            yield Barrier("GUARD", replace(request, resource_id=protected.id), CONFLICT, reason)
