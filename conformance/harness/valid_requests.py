"""A request of each operation that nothing stands against, with all that it needs."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Needs, OperationSpec
from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext
from conformance.harness.key import Key

PathAndBody = tuple[str, Any]
"""What the path names beside the account group, and the body."""


def valid_request(context: CheckContext, operation: OperationSpec, key: Key) -> ApiRequest:
    """The request; NotEstablishedError where what it needs cannot be made."""
    extras = context.fresh_idempotency_key() if operation is operations.START_JOB else RequestOptions()
    return ApiRequest(operation, key.token, key.group, *_PROVIDERS[operation.needs](context, key), extras)


def _name(context: CheckContext) -> str:
    return f"made for a check {context.random.getrandbits(32):x}"


def _nothing(_: CheckContext, __: Key) -> PathAndBody:
    return "", None


def _ready(context: CheckContext, key: Key) -> PathAndBody:
    return context.ready_audience(key).id, None


def _job(context: CheckContext, key: Key) -> PathAndBody:
    return str(context.populated_audience(key).job), None


def _new_audience(context: CheckContext, _: Key) -> PathAndBody:
    return "", {"name": _name(context), "type": "on_demand"}


def _new_folder(context: CheckContext, _: Key) -> PathAndBody:
    return "", {"name": _name(context), "audienceType": "on_demand"}


def _rename(context: CheckContext, key: Key) -> PathAndBody:
    return context.create_folder(key), {"name": _name(context)}


def _update(context: CheckContext, key: Key) -> PathAndBody:
    return context.ready_audience(key).id, {"name": _name(context)}


def _move(context: CheckContext, key: Key) -> PathAndBody:
    return context.create_audience(key).id, {"folderId": context.create_folder(key)}


def _remove(context: CheckContext, key: Key) -> PathAndBody:
    return context.audience_in_folder(key).id, None


def _start(context: CheckContext, key: Key) -> PathAndBody:
    return "", context.start_body(key)


_PROVIDERS: Mapping[Needs, Callable[[CheckContext, Key], PathAndBody]] = {
    Needs.NOTHING: _nothing,
    Needs.READY_AUDIENCE: _ready,
    Needs.READY_AUDIENCE_AND_NAME: _update,
    Needs.AUDIENCE_AND_FOLDER: _move,
    Needs.AUDIENCE_IN_FOLDER: _remove,
    Needs.NEW_AUDIENCE: _new_audience,
    Needs.NEW_FOLDER: _new_folder,
    Needs.FOLDER_AND_NAME: _rename,
    Needs.START_BODY: _start,
    Needs.ACTIVE_JOB: _job,
}
