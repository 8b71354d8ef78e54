"""A valid request of each operation, with the resources that it needs."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Needs, OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import Audience, CheckContext
from conformance.harness.key import Key
from conformance.states import HttpStates, NotEstablishedError

PathAndBody = tuple[str, Any]
"""The identifier that the path names beside the account group, and the body."""


def valid_request(context: CheckContext, operation: OperationSpec, key: Key) -> ApiRequest:
    """Return a valid request.

    Raises:
        NotEstablishedError: A resource that it needs cannot be made, or the target lacks the operation's method.
    """
    options = context.fresh_idempotency_key() if operation is operations.START_JOB else RequestOptions()
    context.demand_method(operation)
    request = ApiRequest(operation, key.token, key.group, *_PROVIDERS[operation.needs](context, key), options)
    if context.client.contract.has_inferred_method(operation) and not context.client.methods.is_known(operation.id):
        _try_method(context, request)
    return request


def try_inferred_methods(context: CheckContext, among: Iterable[OperationSpec]) -> None:
    """Try the inferred methods that no request has tried yet, in an account group of their own, if one can be had."""
    if not isinstance(context.states, HttpStates):
        return
    for operation in among:
        is_inferred = context.client.contract.has_inferred_method(operation)
        if is_inferred and not context.client.methods.is_known(operation.id):
            with suppress(NotEstablishedError):
                valid_request(context, operation, context.create_key())


def guarded_request(context: CheckContext, operation: OperationSpec, key: Key, audience: Audience) -> ApiRequest:
    """Return a request on an audience that only the guard can refuse."""
    request = ApiRequest(operation, key.token, audience.group, audience.id)
    if operation is operations.UPDATE_AUDIENCE:
        return replace(request, body={"name": f"refused {audience.id}"})
    if operation is operations.MOVE_TO_FOLDER:
        return replace(request, body={"folderId": context.create_folder(key)})
    return request


def _try_method(context: CheckContext, request: ApiRequest) -> None:
    """Send a valid request with another name; NotEstablishedError where the target lacks the method."""
    trial = replace(request, body={**request.body, "name": _random_name(context)})
    context.client.note_method(request.operation, context.client.send(trial))
    context.demand_method(request.operation)


def _random_name(context: CheckContext) -> str:
    return f"made for a check {context.random.getrandbits(32):x}"


def _provide_nothing(_: CheckContext, __: Key) -> PathAndBody:
    return "", None


def _provide_audience(context: CheckContext, key: Key) -> PathAndBody:
    return context.ready_audience(key).id, None


def _provide_job(context: CheckContext, key: Key) -> PathAndBody:
    return str(context.populated_audience(key).job), None


def _provide_audience_body(context: CheckContext, _: Key) -> PathAndBody:
    return "", {"name": _random_name(context), "type": "on_demand"}


def _provide_folder_body(context: CheckContext, _: Key) -> PathAndBody:
    return "", {"name": _random_name(context), "audienceType": "on_demand"}


def _provide_folder_and_name(context: CheckContext, key: Key) -> PathAndBody:
    return context.create_folder(key), {"name": _random_name(context)}


def _provide_audience_and_name(context: CheckContext, key: Key) -> PathAndBody:
    return context.ready_audience(key).id, {"name": _random_name(context)}


def _provide_audience_and_folder(context: CheckContext, key: Key) -> PathAndBody:
    return context.create_audience(key).id, {"folderId": context.create_folder(key)}


def _provide_audience_in_folder(context: CheckContext, key: Key) -> PathAndBody:
    return context.audience_in_folder(key).id, None


def _provide_start_body(context: CheckContext, key: Key) -> PathAndBody:
    return "", context.start_body(key)


_PROVIDERS: Mapping[Needs, Callable[[CheckContext, Key], PathAndBody]] = {
    Needs.NOTHING: _provide_nothing,
    Needs.READY_AUDIENCE: _provide_audience,
    Needs.READY_AUDIENCE_AND_NAME: _provide_audience_and_name,
    Needs.AUDIENCE_AND_FOLDER: _provide_audience_and_folder,
    Needs.AUDIENCE_IN_FOLDER: _provide_audience_in_folder,
    Needs.NEW_AUDIENCE: _provide_audience_body,
    Needs.NEW_FOLDER: _provide_folder_body,
    Needs.FOLDER_AND_NAME: _provide_folder_and_name,
    Needs.START_BODY: _provide_start_body,
    Needs.ACTIVE_JOB: _provide_job,
}
