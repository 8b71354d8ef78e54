"""The phases of Schemathesis for one operation, and for all of them along the contract's links."""

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import CasesError, drawn, planned
from conformance.fuzzing.sequences import Sequences
from conformance.harness.context import CheckContext
from conformance.results.verdicts import Violation
from conformance.states import NotEstablishedError

_DRAWN_PER_REPEAT = 1 / 3
_SEQUENCES_PER_REPEAT = 1 / 6


def examples_coverage_and_fuzzing(context: CheckContext, operation: OperationSpec) -> list[Violation]:
    """What is wrong with the answers to single requests of one operation; it is in the ledger already."""
    may = context.states
    if operation is operations.CREATE_FOLDER and not may.may_leave_folders:
        raise NotEstablishedError("no folders were made: they could not be removed again (--allow-leftovers)")
    if operation is operations.START_JOB and not may.may_spend_credits:
        raise NotEstablishedError("no jobs were started: they cost credits (--allow-credits)")
    delivery = CaseRunner(context, context.create_key())
    for case in planned(operation):
        delivery.run(case)
    try:
        for case in drawn(operation, context.random, max(1, round(context.repeats * _DRAWN_PER_REPEAT))):
            delivery.run(case)
    except CasesError as error:
        context.ledger.blocked([operation.requirement("ROW-OTHER")], f"Schemathesis drew no requests: {error}")
    return delivery.violations


def sequences(context: CheckContext) -> list[Violation]:
    """What is wrong with the answers to requests that follow from one another; it is in the ledger already."""
    delivery = CaseRunner(context, context.create_key())
    try:
        Sequences(context, delivery).send(max(1, round(context.repeats * _SEQUENCES_PER_REPEAT)))
    except CasesError as error:
        raise NotEstablishedError(f"Schemathesis drew no sequences: {error}") from error
    return delivery.violations
