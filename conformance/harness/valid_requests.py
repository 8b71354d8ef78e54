"""A request of each operation that nothing stands against, with all that it needs."""

from collections.abc import Callable, Mapping
from typing import Any

from conformance.client.client import Call, Extras
from conformance.harness.context import Key, Situation
from conformance.model import OperationId

Needed = tuple[str, Any]
"""What the path names beside the account group, and the body."""


def scene(situation: Situation, operation: OperationId, key: Key) -> Call:
    """The request; NotEstablishedError where what it needs cannot be made."""
    extras = situation.once() if operation is OperationId.START_JOB else Extras()
    return Call(operation, key.token, key.group, *_NEEDS[operation](situation, key), extras)


def _name(situation: Situation) -> str:
    return f"made for a check {situation.chance.getrandbits(32):x}"


def _nothing(_: Situation, __: Key) -> Needed:
    return "", None


def _ready(situation: Situation, key: Key) -> Needed:
    return situation.ready(key).id, None


def _job(situation: Situation, key: Key) -> Needed:
    return str(situation.populated(key).job), None


def _new_audience(situation: Situation, _: Key) -> Needed:
    return "", {"name": _name(situation), "type": "on_demand"}


def _new_folder(situation: Situation, _: Key) -> Needed:
    return "", {"name": _name(situation), "audienceType": "on_demand"}


def _rename(situation: Situation, key: Key) -> Needed:
    return situation.folder(key), {"name": _name(situation)}


def _update(situation: Situation, key: Key) -> Needed:
    return situation.ready(key).id, {"name": _name(situation)}


def _move(situation: Situation, key: Key) -> Needed:
    return situation.created(key).id, {"folderId": situation.folder(key)}


def _remove(situation: Situation, key: Key) -> Needed:
    return situation.in_folder(key).id, None


def _start(situation: Situation, key: Key) -> Needed:
    return "", situation.prospecting(key)


_NEEDS: Mapping[OperationId, Callable[[Situation, Key], Needed]] = {
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
