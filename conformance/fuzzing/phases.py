"""The phases of Schemathesis: single requests of one operation, and sequences along the contract's links."""

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.fuzzing.case_runner import CaseRunner
from conformance.fuzzing.cases import CasesError, draw_cases, planned_cases
from conformance.fuzzing.sequences import Sequences
from conformance.harness.context import CheckContext
from conformance.harness.valid_requests import try_inferred_methods
from conformance.results.violation import Violation
from conformance.states import NotEstablishedError, WithheldError

_CASES_PER_REPEAT = 1 / 3
_SEQUENCES_PER_REPEAT = 1 / 6


def examples_coverage_and_fuzzing(context: CheckContext, operation: OperationSpec) -> list[Violation]:
    """Send single requests of an operation, and return the violations, which are in the ledger already."""
    if operation is operations.CREATE_FOLDER and not context.states.may_leave_folders:
        raise NotEstablishedError("no folders were made: they could not be removed again (--allow-leftovers)")
    if operation is operations.START_JOB and not context.states.may_spend_credits:
        raise NotEstablishedError("no jobs were started: they cost credits (--allow-credits)")
    try_inferred_methods(context, [operation])
    context.demand_method(operation)
    key = context.create_key()
    if context.lacks_permission(operation, key):
        raise WithheldError(f"the key lacks the permission of {operation.id}")
    runner = CaseRunner(context, key)
    cases = list(planned_cases(operation))
    try:
        cases += draw_cases(operation, context.random, max(1, round(context.repeats * _CASES_PER_REPEAT)))
    except CasesError as error:
        context.ledger.blocked([operation.requirement("ROW-OTHER")], f"Schemathesis drew no requests: {error}")
    if operation.only_reads:
        runner.run_side_by_side(cases)
    else:
        for case in cases:
            runner.run(case)
    runner.look_at_refused()
    return runner.violations


def sequences(context: CheckContext) -> list[Violation]:
    """Send sequences of requests, and return the violations, which are in the ledger already."""
    try_inferred_methods(context, operations.OPERATIONS)
    runner = CaseRunner(context, context.create_key())
    try:
        Sequences(context, runner).send(max(1, round(context.repeats * _SEQUENCES_PER_REPEAT)))
    except CasesError as error:
        raise NotEstablishedError(f"Schemathesis drew no sequences: {error}") from error
    return runner.violations
