"""The parametrization of checks by operation."""

from collections.abc import Iterable

import pytest

from conformance.catalogue.operation_spec import OperationSpec


def for_each_operation(operations: Iterable[OperationSpec]) -> pytest.MarkDecorator:
    """Return a mark that runs a check once for each of these operations, under its requirement prefix."""
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.prefix)
