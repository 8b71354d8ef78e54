"""A protected audience of another account group: the refusal is that of any foreign one, not that of the guard."""

from dataclasses import replace

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.valid_requests import guarded_request
from conformance.model.refusal_grounds import ELSEWHERE, FOREIGN
from conformance.results.exchange import Exchange


@for_each_operation(operations.GUARDED)
def check_a_protected_audience_of_another_account_group_is_foreign(
    context: CheckContext, operation: OperationSpec
) -> None:
    key, other = context.create_key(), context.create_key()
    protected = context.populated_audience(other)
    of_owner = guarded_request(context, operation, other, protected)
    under_own_group = guarded_request(context, operation, key, replace(protected, group=key.group))
    expect, requirement_id = Expectations(context), operation.requirement("SCOPE")

    elsewhere = context.client.send(replace(of_owner, key=key.token))
    refused = context.client.send(under_own_group)

    expect.status(requirement_id, refused, FOREIGN)
    # In the path of its own account group the audience is protected as well, and no order of refusals is printed.
    is_guarded = elsewhere.status == 409
    expect.status(operation.requirement("CONSISTENT") if is_guarded else requirement_id, elsewhere, ELSEWHERE)
    if operation is operations.DELETE_AUDIENCE:
        expect.status(operation.requirement("REFUSED"), context.client.send(of_owner), {409}, refused)
    elif of_owner.body:
        context.end_job(protected, "completed")
        expect_not_stored(context, other, [of_owner, under_own_group], refused)


def expect_not_stored(context: CheckContext, owner: Key, requests: list[ApiRequest], refused: Exchange) -> None:
    """Expect an audience to have none of the values that refused requests named, as far as it can be read."""
    read = context.call(operations.GET_AUDIENCE, owner, requests[0].resource_id)
    for request in requests:
        for name, value in request.body.items():
            shown, requirement_id = json_at(read, "data", name), request.operation.requirement("REFUSED")
            expected, actual = f"{name} not {value!r}: that was refused", f"{name} {shown!r}"
            exchanges, holds = [refused, read], shown != value
            Expectations(context).condition(requirement_id, expected, actual, exchanges, holds=holds)
