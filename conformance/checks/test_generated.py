"""What Schemathesis generates from the contract, alone and along its links, is answered as documented."""

import pytest

from conformance.checks.every import EVERY, each
from conformance.generators.phases import examples_coverage_and_fuzzing, sequences
from conformance.ledger import ViolationError
from conformance.model import OperationId
from conformance.situation import Situation

pytestmark = pytest.mark.profile("audiences")


@each(EVERY)
def test_generated_requests_are_answered_as_documented(situation: Situation, operation: OperationId) -> None:
    findings = examples_coverage_and_fuzzing(situation, operation)

    if findings:
        raise ViolationError(findings[0])


def test_generated_sequences_are_answered_as_documented(situation: Situation) -> None:
    findings = sequences(situation)

    if findings:
        raise ViolationError(findings[0])
