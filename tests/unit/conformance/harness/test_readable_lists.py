"""The lists in which items can be found."""

import json

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.harness.readable_lists import is_unreadable_list
from conformance.results.exchange import Exchange


def shown(status: int, data: object) -> Exchange:
    return Exchange(1, "GET", "/", (), None, status, None, (), json.dumps({"data": data}).encode(), 1.0)


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        (operations.LIST_AUDIENCES, [{"id": "a"}]),
        (operations.LIST_JOBS, None),
        (operations.LIST_ACCOUNTS, {"items": {"a": 1}}),
        (operations.GET_NAVIGATION, {"folders": []}),
    ],
)
def test_a_list_without_its_array_is_unreadable(operation: OperationSpec, data: object) -> None:
    assert is_unreadable_list(operation, shown(200, data))
    assert not is_unreadable_list(operation, shown(500, data))


@pytest.mark.parametrize(
    ("operation", "data"),
    [
        (operations.LIST_AUDIENCES, {"items": [5]}),
        (operations.GET_NAVIGATION, {"folders": [], "ungroupedAudiences": []}),
        (operations.GET_AUDIENCE, []),
    ],
)
def test_a_list_with_wrong_items_is_readable_and_so_is_all_that_is_no_list(
    operation: OperationSpec, data: object
) -> None:
    assert not is_unreadable_list(operation, shown(200, data))
