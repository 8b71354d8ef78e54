"""The phases of Schemathesis for one operation, and for all of them along the contract's links."""

from conformance.fuzzing.case_runner import Delivery
from conformance.fuzzing.cases import CasesError, drawn, planned
from conformance.fuzzing.sequences import Sequences
from conformance.harness.context import Situation
from conformance.model import OperationId
from conformance.results.verdicts import Finding
from conformance.states import NotEstablishedError

_DRAWN_PER_REPEAT = 1 / 3
_SEQUENCES_PER_REPEAT = 1 / 6


def examples_coverage_and_fuzzing(situation: Situation, operation: OperationId) -> list[Finding]:
    """What is wrong with the answers to single requests of one operation; it is in the ledger already."""
    may = situation.states
    if operation is OperationId.CREATE_FOLDER and not may.may_leave_folders:
        message = "no folders were made: they could not be removed again (--allow-leftovers)"
        raise NotEstablishedError(message)
    if operation is OperationId.START_JOB and not may.may_spend_credits:
        message = "no jobs were started: they cost credits (--allow-credits)"
        raise NotEstablishedError(message)
    delivery = Delivery(situation, situation.key())
    for case in planned(operation):
        delivery.deliver(case)
    try:
        for case in drawn(operation, situation.chance, max(1, round(situation.repeats * _DRAWN_PER_REPEAT))):
            delivery.deliver(case)
    except CasesError as error:
        situation.ledger.obstacle([f"{operation.prefix}-ROW-OTHER"], f"Schemathesis drew no requests: {error}")
    return delivery.findings


def sequences(situation: Situation) -> list[Finding]:
    """What is wrong with the answers to requests that follow from one another; it is in the ledger already."""
    delivery = Delivery(situation, situation.key())
    try:
        Sequences(situation, delivery).send(max(1, round(situation.repeats * _SEQUENCES_PER_REPEAT)))
    except CasesError as error:
        message = f"Schemathesis drew no sequences: {error}"
        raise NotEstablishedError(message) from error
    return delivery.findings
