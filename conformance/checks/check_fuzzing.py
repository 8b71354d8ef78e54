"""What Schemathesis generates from the contract, alone and along its links, is answered as documented."""

import pytest

from conformance.fuzzing.phases import examples_coverage_and_fuzzing, sequences
from conformance.harness.context import Situation
from conformance.harness.operations import EVERY, each
from conformance.model import OperationId
from conformance.results.ledger import ViolationError

pytestmark = pytest.mark.profile("audiences")


@each(EVERY)
def check_generated_requests_are_answered_as_documented(situation: Situation, operation: OperationId) -> None:
    findings = examples_coverage_and_fuzzing(situation, operation)

    if findings:
        raise ViolationError(findings[0])


def check_generated_sequences_are_answered_as_documented(situation: Situation) -> None:
    findings = sequences(situation)

    if findings:
        raise ViolationError(findings[0])
