"""Requests that Schemathesis generates from the contract, alone and along its links."""

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.fuzzing.phases import examples_coverage_and_fuzzing, sequences
from conformance.harness.context import CheckContext
from conformance.harness.parametrization import for_each_operation
from conformance.results.violation import ViolationError


@for_each_operation(operations.OPERATIONS)
def check_generated_requests_are_answered_as_documented(context: CheckContext, operation: OperationSpec) -> None:
    violations = examples_coverage_and_fuzzing(context, operation)

    if violations:
        raise ViolationError(violations[0])


def check_generated_sequences_are_answered_as_documented(context: CheckContext) -> None:
    violations = sequences(context)

    if violations:
        raise ViolationError(violations[0])
