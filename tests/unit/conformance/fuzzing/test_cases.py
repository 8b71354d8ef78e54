"""The planned cases of Schemathesis: they name no resource of this project's server."""

import pytest

from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.operations import OPERATIONS
from conformance.fuzzing.cases import planned_cases
from openapi import contract


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_no_planned_case_names_an_identifier_of_the_examples(operation: OperationSpec) -> None:
    parameters = contract()["components"]["parameters"].values()
    ours = {parameter["examples"]["realistic"]["value"] for parameter in parameters if parameter["in"] == "path"}

    named = {value for case in planned_cases(operation) for value in case.path_parameters.values()}

    assert len(ours) == 4
    assert not ours & named
