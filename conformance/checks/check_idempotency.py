"""Idempotency keys where the pages do not support them: no key replays a response to another request."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.expectations import Expectations
from conformance.harness.key import Key
from conformance.harness.parametrization import for_each_operation
from conformance.harness.snapshots import eventually, records
from conformance.harness.valid_requests import valid_request
from conformance.results.exchange import SUCCESS, Exchange

UNSUPPORTED = [
    operation for operation in operations.WRITING if operation not in {operations.START_JOB, operations.DELETE_AUDIENCE}
]
FOLDERS = frozenset({operations.CREATE_FOLDER, operations.RENAME_FOLDER})
SENT = ("name", "folderId")
"""The members of bodies that responses show again."""


@for_each_operation(UNSUPPORTED)
def check_an_idempotency_key_replays_no_answer(context: CheckContext, operation: OperationSpec) -> None:
    key, idempotency_key = context.create_key(), context.fresh_idempotency_key()
    first, other = (replace(valid_request(context, operation, key), options=idempotency_key) for _ in range(2))
    again = [replace(first, body=other.body)] if first.resource_id and first.body else []
    sent: list[Exchange] = []

    for request in (first, other, *again):
        sent.append(context.client.send(request))
        if sent[-1].status in SUCCESS:  # a key that is not supported may be refused
            expect_own_effect(context, key, request, sent)

    context.ledger.passed(operation.requirement("IDEMPOTENCY"))


def expect_own_effect(context: CheckContext, key: Key, request: ApiRequest, sent: Sequence[Exchange]) -> None:
    """Expect the last response, and a later read, to show the effect of its own request, and not of another."""
    *earlier, last = sent
    expect, requirement_id = Expectations(context), request.operation.requirement("IDEMPOTENCY")
    members, shown = own_members(request), json_at(last, "data")
    expected = f"{members}: the request is another"
    expect.condition(requirement_id, expected, f"{shown}"[:200], sent, holds=agrees(shown, members))
    identifier = request.resource_id or str(json_at(last, "data", "id"))
    if not request.resource_id:
        holds = identifier not in {json_at(exchange, "data", "id") for exchange in earlier}
        expect.condition(requirement_id, "another one than before", identifier, sent, holds=holds)
    found: list[tuple[Any, Exchange]] = []

    def is_stored() -> bool:
        found[:] = [read(context, key, request.operation, identifier)]
        return agrees(found[0][0], members)

    holds = eventually(context, is_stored)[1]
    expect.condition(requirement_id, expected, f"{found[0][0]}"[:200], [*sent, found[0][1]], holds=holds)


def own_members(request: ApiRequest) -> dict[str, Any]:
    """Return the members that the response to a request has to show, where it shows them."""
    if request.operation is operations.CANCEL_JOB:
        return {"jobId": request.resource_id, "status": "cancelled"}
    named = {"id": request.resource_id} if request.resource_id else {}
    if request.operation is operations.REMOVE_FROM_FOLDER:
        return {**named, "folderId": None}
    return {**named, **{name: value for name, value in (request.body or {}).items() if name in SENT}}


def agrees(shown: object, members: dict[str, Any]) -> bool:
    """Whether an object shows no member with another value."""
    return isinstance(shown, dict) and all(shown.get(name, value) == value for name, value in members.items())


def read(context: CheckContext, key: Key, operation: OperationSpec, identifier: str) -> tuple[Any, Exchange]:
    """Read an audience, a folder or a job, and return its data and the exchange."""
    if operation.resource is Resource.JOB:
        exchange = context.call(operations.GET_JOB, key, identifier)
        return json_at(exchange, "data"), exchange
    if operation not in FOLDERS:
        exchange = context.call(operations.GET_AUDIENCE, key, identifier)
        return json_at(exchange, "data"), exchange
    exchange = context.call(operations.GET_NAVIGATION, key)
    folders = records(json_at(exchange, "data", "folders"))
    return next((folder for folder in folders if folder.get("id") == identifier), None), exchange
