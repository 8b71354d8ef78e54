"""The responses of lists in which the items can be found, whatever else is wrong with them."""

from collections.abc import Mapping

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.contract import json_at
from conformance.results.exchange import Exchange

_OK = 200
_ARRAYS: Mapping[OperationSpec, tuple[str, ...]] = {
    operations.LIST_ACCOUNTS: ("items",),
    operations.LIST_AUDIENCES: ("items",),
    operations.LIST_JOBS: ("items",),
    operations.LIST_PROSPECTS: ("items",),
    operations.GET_NAVIGATION: ("folders", "ungroupedAudiences"),
}


def is_unreadable_list(operation: OperationSpec, exchange: Exchange) -> bool:
    """Return whether a list was shown with no array where its items have to be."""
    arrays = _ARRAYS.get(operation, ()) if exchange.status == _OK else ()
    return any(not isinstance(json_at(exchange, "data", name), list) for name in arrays)
