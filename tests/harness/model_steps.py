"""Requests, responses and states of the model, for its tests."""

from collections.abc import Iterable
from dataclasses import replace

from conformance.catalogue import operations, permissions
from conformance.catalogue.operation_spec import OperationSpec
from conformance.model.events import AudiencePopulated, AudienceReady, Event, KeyIssued, KeyRevoked, Settled
from conformance.model.judge import advance
from conformance.model.messages import AudiencePage, Request, Response, ShownAudience, ShownFolder, ShownJob
from conformance.model.state import State
from conformance.model.violation import Severity

ALL = frozenset(permission.wire for permission in permissions.PERMISSIONS)
OK = Response(200)
GONE = Response(404, "NOT_FOUND")
FORBIDDEN = Response(403, "FORBIDDEN")
NOT_READY = Response(409, "AUDIENCE_NOT_READY")
MUST, SHOULD = Severity.MUST, Severity.SHOULD
Step = tuple[Request | Event, Response | None]


def ask(
    operation: OperationSpec, target: str = "", *, key: str | None = "k", group: str = "g", **fields: str
) -> Request:
    return Request(operation, key, group, target, fields=tuple(sorted(fields.items())))


def get(target: str, **how: str) -> Request:
    return ask(operations.GET_AUDIENCE, target, **how)


def delete(target: str, **how: str) -> Request:
    return ask(operations.DELETE_AUDIENCE, target, **how)


def update(target: str, **fields: str) -> Request:
    return ask(operations.UPDATE_AUDIENCE, target, **fields)


def create(name: str, kind: str = "on_demand") -> Request:
    return ask(operations.CREATE_AUDIENCE, name=name, type=kind)


def move(target: str, folder: str) -> Request:
    return ask(operations.MOVE_TO_FOLDER, target, folderId=folder)


def remove(target: str) -> Request:
    return ask(operations.REMOVE_FROM_FOLDER, target)


def begin(body: str = "b", idempotency: str | None = None) -> Request:
    return replace(ask(operations.START_JOB), body=body, idempotency=idempotency)


def cancel(job: str) -> Request:
    return ask(operations.CANCEL_JOB, job)


def get_job(job: str) -> Request:
    return ask(operations.GET_JOB, job)


LIST = ask(operations.LIST_AUDIENCES)
NAVIGATE = ask(operations.GET_NAVIGATION)
JOBS = ask(operations.LIST_JOBS)


def shown(target: str, status: int = 200, *, name: str | None = None, folder: str | None = None) -> Response:
    audience = ShownAudience(target)
    audience = audience if name is None else replace(audience, name=name)
    return Response(status, data=audience if folder is None else replace(audience, folder=folder))


def listed(*ids: str, last: bool = True) -> Response:
    return Response(200, data=AudiencePage(tuple(map(ShownAudience, ids)), last=last))


def folder(identifier: str, kind: str, name: str = "folder") -> tuple[Request, Response]:
    request = ask(operations.CREATE_FOLDER, name=name, audienceType=kind)
    return request, Response(201, data=ShownFolder(identifier, name))


def job(identifier: str, status: str = "queued", *, http: int = 200) -> Response:
    return Response(http, data=ShownJob(identifier, status))


def after(*steps: Step | Event, of: Iterable[State] | None = None) -> frozenset[State]:
    """The possible states after steps, which must all be allowed; a bare event was set up."""
    states = frozenset({State()} if of is None else of)
    for step in steps:
        request, response = step if isinstance(step, tuple) else (step, OK)
        judgement = advance(states, request, response)
        assert judgement.violations == (), step
        states = judgement.states
    return states


def found(states: Iterable[State], request: Request, response: Response | None) -> dict[str, Severity]:
    """The requirements that a response breaks in every state, with their levels."""
    return {broken.requirement: broken.severity for broken in advance(tuple(states), request, response).violations}


WORLD = after(
    KeyIssued("k", ALL, frozenset({"g"})),
    KeyIssued("foreign", ALL, frozenset({"h"})),
    KeyIssued("reader", frozenset({"audiences:read"}), frozenset({"g"})),
    KeyIssued("writer", frozenset({"audiences:write"}), frozenset({"g"})),
    KeyIssued("revoked", ALL, frozenset({"g"})),
    KeyRevoked("revoked"),
    AudienceReady("g", "ready"),
    Settled("g", "ready"),
    AudiencePopulated("g", "busy", "job"),
    Settled("g", "job"),
    AudienceReady("h", "theirs"),
    Settled("h", "theirs"),
    (create("ours"), shown("made", 201, name="ours")),
    Settled("g", "made"),
    folder("demand", "on_demand"),
    folder("monitor", "monitoring"),
)
STARTED = after((begin(), job("p1", http=202)), of=WORLD)
DELETED = after((delete("made"), OK), of=WORLD)
MOVED = after((move("made", "demand"), OK), Settled("g", "made"), of=WORLD)
GUARDED = [get("busy"), update("busy", name="x"), delete("busy"), move("busy", "demand"), remove("busy")]
GUARDED += [ask(operations.LIST_PROSPECTS, "busy")]
