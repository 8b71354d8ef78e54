"""The rows of operations: each column has a value, and each value of a column is handled."""

import dataclasses

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Effect, Needs, OperationSpec, Shows
from conformance.catalogue.requirements import load_catalogue
from conformance.harness.model_adapter import _READERS
from conformance.harness.valid_requests import _PROVIDERS
from conformance.model.judge import _EFFECTS
from conformance.stateful.steps import STEPS
from openapi import contract

DOCUMENTED = {
    operation["operationId"]: (path, method, operation)
    for path, item in contract()["paths"].items()
    for method, operation in item.items()
    if isinstance(operation, dict) and "operationId" in operation
}


def test_a_row_exists_for_each_operation_of_the_contract() -> None:
    assert {operation.id for operation in operations.OPERATIONS} == set(DOCUMENTED)


def test_a_row_without_any_of_its_columns_is_refused() -> None:
    for field in dataclasses.fields(OperationSpec):
        columns = {
            other.name: getattr(operations.GET_JOB, other.name)
            for other in dataclasses.fields(OperationSpec)
            if other.name != field.name
        }
        with pytest.raises(TypeError, match=field.name):
            OperationSpec(**columns)


@pytest.mark.parametrize(
    ("column", "table"),
    [(Effect, _EFFECTS), (Needs, _PROVIDERS), (Shows, _READERS)],
)
def test_every_value_of_a_column_is_handled(column: type, table: object) -> None:
    assert set(table) == set(column)


@pytest.mark.parametrize("operation", operations.OPERATIONS, ids=lambda operation: operation.prefix)
class TestRow:
    def test_agrees_with_the_contract(self, operation: OperationSpec) -> None:
        path, method, document = DOCUMENTED[operation.id]

        assert operation.in_account_group == ("{accountGroupId}" in path)
        assert (operation.resource.name != "NOTHING") == (path.count("{") > 1)
        assert operation.only_reads == (method == "get")
        has_documented_fields = "requestBody" in document and operation is not operations.START_JOB
        assert bool(operation.valid_bodies) == bool(operation.invalid_bodies) == has_documented_fields

    def test_begins_the_ids_of_its_requirements(self, operation: OperationSpec) -> None:
        rows = [row.id for row in load_catalogue().values() if row.operation == operation.id]

        assert rows
        assert all(row.startswith(operation.requirement("")) for row in rows)

    def test_takes_part_in_random_traces(self, operation: OperationSpec) -> None:
        assert STEPS.count(operation) == operation.trace_weight > 0
