"""The methods that the contract infers: tried by a valid request, and done without where the target lacks them."""

import pytest

from conformance.catalogue import operations
from conformance.client.contract import json_at
from conformance.harness.valid_requests import try_inferred_methods, valid_request
from conformance.states import NotEstablishedError
from tests.harness.check_context import check_context
from tests.mutants.server.mutated import Whole
from tests.mutants.server.variants.variant import CreatesAndRenamesNothing, CreatesByPut


@pytest.mark.parametrize("operation", [operations.CREATE_AUDIENCE, operations.RENAME_FOLDER])
def test_a_method_that_the_target_lacks_yields_no_valid_request(operation: operations.OperationSpec) -> None:
    with check_context(CreatesAndRenamesNothing(), seed=1, repeats=1) as context:
        with pytest.raises(NotEstablishedError, match="prints no method"):
            valid_request(context, operation, context.create_key())

        assert context.client.methods.pages_not_run().keys() == {operation.id}


def test_methods_that_the_target_has_are_found_by_one_trial() -> None:
    with check_context(Whole(), seed=1, repeats=1) as context:
        try_inferred_methods(context, operations.OPERATIONS)

        assert context.client.methods.supported == {"createAudience", "renameAudienceFolder"}
        assert context.client.methods.pages_not_run() == {}


def test_a_provider_state_prepares_an_audience_that_no_request_creates() -> None:
    with check_context(CreatesByPut(), seed=1, repeats=1) as context:
        key = context.create_key()

        audience = context.create_audience(key, name="named", description="described")

        shown = context.call(operations.GET_AUDIENCE, key, audience.id)
        assert [json_at(shown, "data", name) for name in ("name", "description", "prospectCount")] == [
            "named",
            "described",
            0,
        ]
        with pytest.raises(NotEstablishedError, match="prints no method"):
            context.create_audience(key, type="monitoring")
