"""A request of each operation that nothing stands against, with all that it needs."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.client.client import ApiRequest, RequestOptions
from conformance.harness.context import CheckContext, Key
from conformance.model import OperationId

PathAndBody = tuple[str, Any]
"""What the path names beside the account group, and the body."""


def valid_request(context: CheckContext, operation: OperationId, key: Key) -> ApiRequest:
    """The request; NotEstablishedError where what it needs cannot be made."""
    extras = context.fresh_idempotency_key() if operation is OperationId.START_JOB else RequestOptions()
    return ApiRequest(operation, key.token, key.group, *_NEEDS[operation](context, key), extras)


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


_NEEDS: Mapping[OperationId, Callable[[CheckContext, Key], PathAndBody]] = {
    OperationId.LIST_AUDIENCES: _nothing,
    OperationId.CREATE_AUDIENCE: _new_audience,
    OperationId.GET_AUDIENCE: _ready,
    OperationId.UPDATE_AUDIENCE: _update,
    OperationId.DELETE_AUDIENCE: _ready,
    OperationId.GET_NAVIGATION: _nothing,
    OperationId.LIST_PROSPECTS: _ready,
    OperationId.CREATE_FOLDER: _new_folder,
    OperationId.RENAME_FOLDER: _rename,
    OperationId.MOVE_TO_FOLDER: _move,
    OperationId.REMOVE_FROM_FOLDER: _remove,
    OperationId.START_JOB: _start,
    OperationId.GET_JOB: _job,
    OperationId.LIST_JOBS: _nothing,
    OperationId.CANCEL_JOB: _job,
    OperationId.LIST_ACCOUNTS: _nothing,
}
