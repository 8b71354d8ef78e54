"""The set-up of the witnesses of a run: a populated audience, some writes, and some refused writes."""

from collections.abc import Callable, Iterator

from conformance.catalogue import operations
from conformance.catalogue.requirements import Profile
from conformance.client.client import ApiRequest
from conformance.client.contract import json_at
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.harness.witnesses import Witnesses, Written
from conformance.results.exchange import SUCCESS, Exchange
from conformance.states import HttpStates, NotEstablishedError, StatesError

_READING = "audiences:read"


def set_up_witnesses(context: CheckContext) -> Witnesses:
    """Bring the witnesses about, as far as the states can; an obstacle to one of them is no obstacle to the others."""
    witnesses = Witnesses()
    parts: list[Callable[[CheckContext, Witnesses, Key], None]] = []
    if isinstance(context.states, HttpStates):  # elsewhere what can be prepared is too little to be kept
        parts += [_keep_populated_audience, _try_deletions]
    if context.profile.includes(Profile.AUDIENCES):
        parts += [_create_and_update, _refuse_writes]
        parts += [_move] if context.states.may_leave_folders else []
    try:
        key = witnesses.key = context.create_key()
    except (NotEstablishedError, StatesError) as error:
        witnesses.obstacles.append(str(error))
        return witnesses
    for part in parts:
        try:
            part(context, witnesses, key)
        except (NotEstablishedError, StatesError) as error:
            witnesses.obstacles.append(str(error))
    return witnesses


def _keep_populated_audience(context: CheckContext, witnesses: Witnesses, key: Key) -> None:
    populated = context.populated_audience(key)
    witnesses.guarded = (populated.id, str(populated.job))
    context.call(operations.DELETE_AUDIENCE, key, populated.id)


def _refusing_keys(context: CheckContext, key: Key) -> Iterator[str | None]:
    """Yield the tokens with which every write is refused: none, and that of a key without the permission."""
    yield None
    yield context.create_key(_READING, accountGroupId=key.group).token


def _try_deletions(context: CheckContext, witnesses: Witnesses, key: Key) -> None:
    for token in _refusing_keys(context, key):
        audience = context.ready_audience(key)
        refused = context.client.send(ApiRequest(operations.DELETE_AUDIENCE, token, key.group, audience.id))
        if _is_refused(refused):
            witnesses.spared.append((audience.id, refused))


def _create_and_update(context: CheckContext, witnesses: Witnesses, key: Key) -> None:
    for count in range(2):
        name = f"of the beginning {context.random.getrandbits(32):x}"
        body = {"name": name, "description": f"{name} described", "type": "on_demand"}
        created = context.call(operations.CREATE_AUDIENCE, key, body=body)
        audience = json_at(created, "data", "id")
        if created.status not in SUCCESS or not isinstance(audience, str):
            raise NotEstablishedError(f"no audience could be created: the target answered {created.status}")
        context.call(operations.GET_AUDIENCE, key, audience)
        if count == 0:
            members = {member: body[member] for member in ("name", "description")}
            witnesses.written.append(Written("AUD-CREATE-EFFECT", audience, members, created))
        else:
            members = {"name": f"{name} updated", "description": "updated"}
            updated = context.call(operations.UPDATE_AUDIENCE, key, audience, members)
            if updated.status in SUCCESS:
                witnesses.written.append(Written("AUD-UPDATE-EFFECT", audience, members, updated))


def _refuse_writes(context: CheckContext, witnesses: Witnesses, key: Key) -> None:
    name = f"not refused {context.random.getrandbits(32):x}"
    audience = context.create_audience(key, name=name).id
    for token in _refusing_keys(context, key):
        update = ApiRequest(operations.UPDATE_AUDIENCE, token, key.group, audience, {"name": "refused"})
        refused = context.client.send(update)
        if _is_refused(refused):
            witnesses.written.append(Written("AUD-UPDATE-REFUSED", audience, {"name": name}, refused))
        refused_name = f"refused {context.random.getrandbits(32):x}"
        body = {"name": refused_name, "type": "on_demand"}
        refused = context.client.send(ApiRequest(operations.CREATE_AUDIENCE, token, key.group, body=body))
        if _is_refused(refused):
            witnesses.refused_names[refused_name] = refused


def _move(context: CheckContext, witnesses: Witnesses, key: Key) -> None:
    name = f"of the beginning {context.random.getrandbits(32):x}"
    created = context.call(operations.CREATE_FOLDER, key, body={"name": name, "audienceType": "on_demand"})
    folder = json_at(created, "data", "id")
    if created.status not in SUCCESS or not isinstance(folder, str):
        raise NotEstablishedError(f"no folder could be created: the target answered {created.status}")
    witnesses.folders[folder] = (name, created)
    moved_in, moved_out = (context.create_audience(key).id for _ in range(2))
    for audience in (moved_in, moved_out):
        moved = context.call(operations.MOVE_TO_FOLDER, key, audience, {"folderId": folder})
        if audience == moved_in and moved.status in SUCCESS:
            witnesses.written.append(Written("AUD-MOVE-EFFECT", audience, {"folderId": folder}, moved))
    removed = context.call(operations.REMOVE_FROM_FOLDER, key, moved_out)
    if removed.status in SUCCESS:
        witnesses.written.append(Written("AUD-REMOVE-EFFECT", moved_out, {"folderId": None}, removed))
    for token in _refusing_keys(context, key):
        move = ApiRequest(operations.MOVE_TO_FOLDER, token, key.group, moved_out, {"folderId": folder})
        refused = context.client.send(move)
        if _is_refused(refused):
            witnesses.written.append(Written("AUD-MOVE-REFUSED", moved_out, {"folderId": None}, refused))


def _is_refused(exchange: Exchange) -> bool:
    return exchange.status in {401, 403}
