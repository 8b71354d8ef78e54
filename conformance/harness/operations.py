"""The operations that a check is run for, each under its own name."""

from collections.abc import Iterable

import pytest

from conformance.model import OperationId
from conformance.model.operation import ON_AUDIENCE, ON_JOB

ALL = tuple(OperationId)
SCOPED = tuple(one for one in ALL if one is not OperationId.LIST_ACCOUNTS)
"""Those with an account group in their path."""

GUARDED = tuple(one for one in ALL if one in ON_AUDIENCE)
TARGETED = tuple(one for one in ALL if one in {*ON_AUDIENCE, *ON_JOB, OperationId.RENAME_FOLDER})
"""Those that name one thing in their path."""

READING = frozenset(
    {
        OperationId.LIST_AUDIENCES,
        OperationId.GET_AUDIENCE,
        OperationId.GET_NAVIGATION,
        OperationId.LIST_PROSPECTS,
        OperationId.GET_JOB,
        OperationId.LIST_JOBS,
        OperationId.LIST_ACCOUNTS,
    }
)


def for_each_operation(operations: Iterable[OperationId]) -> pytest.MarkDecorator:
    """Run a check for each of these operations."""
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.prefix)
