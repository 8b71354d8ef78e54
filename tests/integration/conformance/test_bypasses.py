"""The checks of other forms of a request: a violation names the form that has an effect."""

import pytest

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.checks.check_bypasses import (
    check_a_refused_method_deletes_nothing,
    check_no_other_form_of_a_request_gets_past_the_guard,
    check_no_other_form_of_a_request_lifts_a_refusal,
)
from conformance.results.violation import ViolationError
from tests.harness.check_context import check_context, violations
from tests.mutants.server.exchange import Answered, Asked
from tests.mutants.server.mutants.bypasses import (
    BodyOverridesThePath,
    OverrideByAFormDeletes,
    OverrideOfAReadDeletes,
    RefusedMethodsDelete,
    SuffixesOpenTheGuard,
)
from tests.mutants.server.mutated import Mutant, Whole


class RemembersForms(Whole):
    """A server that deletes an audience once it was refused without a key ten times, in whatever form."""

    def __init__(self) -> None:
        self.refused = 0

    async def respond(self, asked: Asked) -> Answered:
        self.refused += asked.operation == "AUD-DELETE" and not asked.token
        if self.refused == 10:
            self.world.audiences.remove(asked.target)
        return await self.serve(asked)


@pytest.mark.parametrize(
    ("mutant", "requirement", "form"),
    [
        (OverrideByAFormDeletes, "AUD-DELETE-KEY", "POST with the form _method=DELETE"),
        (OverrideOfAReadDeletes, "AUD-DELETE-PERMISSION", "GET with X-HTTP-Method-Override: DELETE"),
        (BodyOverridesThePath, "AUD-DELETE-SCOPE", "the identifiers in a JSON body, in the key's own account group"),
    ],
)
def test_a_violation_names_the_form(mutant: type[Mutant], requirement: str, form: str) -> None:
    with check_context(mutant(), 1, 9) as context:
        with pytest.raises(ViolationError):
            check_no_other_form_of_a_request_lifts_a_refusal(context, operations.DELETE_AUDIENCE)

        assert any(form in violation.expected for violation in violations(context, requirement))


def test_an_effect_of_no_single_form_is_a_violation_as_well() -> None:
    with check_context(RemembersForms(), 1, 9) as context, pytest.raises(ViolationError, match="no effect"):
        check_no_other_form_of_a_request_lifts_a_refusal(context, operations.DELETE_AUDIENCE)


def test_a_form_that_opens_the_guard_is_named() -> None:
    with check_context(SuffixesOpenTheGuard(), 1, 9) as context:
        with pytest.raises(ViolationError):
            check_no_other_form_of_a_request_gets_past_the_guard(context, operations.DELETE_AUDIENCE)

        assert ".json behind the path" in violations(context, "AUD-DELETE-GUARD")[0].expected


def test_a_refused_method_that_deletes_is_a_violation() -> None:
    with check_context(RefusedMethodsDelete(), 1, 9) as context:
        with pytest.raises(ViolationError):
            check_a_refused_method_deletes_nothing(context)

        assert violations(context, "AUD-DELETE-REFUSED")[0].exchanges[0].method == "PUT"


@pytest.mark.parametrize("operation", [operations.DELETE_AUDIENCE, operations.MOVE_TO_FOLDER])
def test_a_server_without_a_fault_refuses_every_form(operation: OperationSpec) -> None:
    with check_context(Whole(), 1, 9) as context:
        check_no_other_form_of_a_request_lifts_a_refusal(context, operation)
        check_no_other_form_of_a_request_gets_past_the_guard(context, operation)

        assert all(context.ledger.was_checked(operation.requirement(fact)) for fact in ("KEY", "SCOPE", "GUARD"))
