"""What Schemathesis generates from the contract, alone and along its links, is answered as documented."""

import pytest

from conformance.fuzzing.phases import examples_coverage_and_fuzzing, sequences
from conformance.harness.context import CheckContext
from conformance.harness.operations import ALL, for_each_operation
from conformance.model import OperationId
from conformance.results.ledger import ViolationError

pytestmark = pytest.mark.profile("audiences")


@for_each_operation(ALL)
def check_generated_requests_are_answered_as_documented(context: CheckContext, operation: OperationId) -> None:
    findings = examples_coverage_and_fuzzing(context, operation)

    if findings:
        raise ViolationError(findings[0])


def check_generated_sequences_are_answered_as_documented(context: CheckContext) -> None:
    findings = sequences(context)

    if findings:
        raise ViolationError(findings[0])
