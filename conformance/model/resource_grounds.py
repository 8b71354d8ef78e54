"""The refusal grounds of the resources that a request names: the audience and its guard, the folder, the job."""

from collections.abc import Collection, Iterator

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Resource
from conformance.model.messages import UNKNOWN, Request
from conformance.model.refusal_grounds import (
    CONFLICT,
    ELSEWHERE,
    FOREIGN,
    NOT_FOUND,
    NOT_READY,
    UNPROCESSABLE,
    RefusalGround,
)
from conformance.model.state import Activity, Audience, Job, Path, State
from conformance.model.violation import Fact, Severity

_TYPES = ("on_demand", "monitoring")
_FOR_NO_RESOURCE = frozenset({400, 403, 409, 422})
_FOR_NO_FOLDER = frozenset({400, 403, 404, 422})
_REDUNDANT = frozenset({400, 404, 422})


def resource_grounds(state: State, request: Request) -> Iterator[RefusalGround]:
    """Yield every ground of the resources that a request names."""
    if request.operation.resource is Resource.AUDIENCE:
        yield from _audience_grounds(state, request)
    if request.operation is operations.RENAME_FOLDER and request.path not in state.folders:
        missing = _missing(request.path, state.folders, state.may_hold_unknown)
        yield missing
        # The status of this row is not printed, either.
        yield RefusalGround(missing.fact, _FOR_NO_RESOURCE, penalty=Severity.SHOULD)
    if request.operation.resource is Resource.JOB:
        yield from _job_grounds(state, request)
    if request.operation.only_reads and request.path in state.unsettled:
        yield RefusalGround(Fact.CURRENT, NOT_FOUND, penalty=Severity.SHOULD)


def _missing(path: Path, known: Collection[Path], may_hold_unknown: Collection[str]) -> RefusalGround:
    """Return the ground of a missing resource: 404, or a refusal as foreign.

    The ground is uncertain if the account group may hold unknown resources.
    """
    is_foreign = any(identifier == path[1] for _, identifier in known)
    if path[0] in may_hold_unknown:
        return RefusalGround(Fact.FOUND, FOREIGN if is_foreign else ELSEWHERE)
    if is_foreign:
        return RefusalGround(Fact.SCOPE, FOREIGN, certain=True)
    return RefusalGround(Fact.FOUND, NOT_FOUND, certain=True)


def _audience_grounds(state: State, request: Request) -> Iterator[RefusalGround]:
    path = request.path
    audience = state.audiences.get(path)
    if audience is not None:
        yield from _guard_grounds(state, path, audience)
        yield from _folder_grounds(state, request, audience)
    elif path in state.deleted:
        is_reissued = path in state.reissued
        yield RefusalGround(Fact.GONE, NOT_FOUND, certain=not is_reissued)
        if is_reissued:
            yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)
    else:
        yield _missing(path, {*state.audiences, *state.deleted}, state.may_hold_unknown)
        if path[0] in state.may_hold_unknown:
            yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)


def _guard_grounds(state: State, path: Path, audience: Audience) -> Iterator[RefusalGround]:
    """Yield the guard: 'Protected audiences return 409 AUDIENCE_NOT_READY' (A5; A3, A4, A7, A10, A11 alike)."""
    if state.is_populated(path):
        yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY, certain=True)
    elif state.may_be_populating(path[0]):
        yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)
    elif not audience.ready:
        yield RefusalGround(Fact.GUARD_ENDS, CONFLICT, code=NOT_READY, penalty=Severity.SHOULD)


def _folder_grounds(state: State, request: Request, audience: Audience) -> Iterator[RefusalGround]:
    """Yield the grounds of a move (A10, A11).

    Neither the compatible types nor a move of an audience to its own folder are documented.
    """
    if request.operation is operations.REMOVE_FROM_FOLDER and audience.folder.value in (None, UNKNOWN):
        yield RefusalGround(Fact.DONE, _REDUNDANT)
    if request.operation is not operations.MOVE_TO_FOLDER:
        return
    folder_id = request.sent("folderId")
    path = (request.group, folder_id if isinstance(folder_id, str) else "")
    folder = state.folders.get(path)
    if folder is None:
        missing = _missing(path, state.folders, state.may_hold_unknown)
        yield RefusalGround(missing.fact, _FOR_NO_FOLDER, certain=missing.certain)
    elif not {folder.type, audience.type} <= set(_TYPES):
        yield RefusalGround(Fact.COMPATIBLE, UNPROCESSABLE)
    elif folder.type != audience.type:
        yield RefusalGround(Fact.COMPATIBLE, UNPROCESSABLE, certain=True, severity=Severity.SHOULD)
    if audience.folder.value == folder_id:
        yield RefusalGround(Fact.DONE, _REDUNDANT)


def _job_grounds(state: State, request: Request) -> Iterator[RefusalGround]:
    job = state.jobs.get(request.path)
    if job is None:
        missing = _missing(request.path, state.jobs, state.may_have_unknown_jobs)
        yield missing
        if request.operation is operations.CANCEL_JOB:
            # The status of this row is not printed: the 404 is inferred, the refusal itself is not.
            yield RefusalGround(missing.fact, _FOR_NO_RESOURCE, penalty=Severity.SHOULD)
        return
    if _may_be_gone(state, request.group, job):
        yield RefusalGround(Fact.FOUND, NOT_FOUND)
    if request.operation is operations.CANCEL_JOB:
        yield from _cancel_grounds(job)


def _may_be_gone(state: State, group: str, job: Job) -> bool:
    """Whether the job may be gone with its audience, which is not documented."""
    if job.audience is None:
        return any(deleted_in == group for deleted_in, _ in state.deleted)
    return (group, job.audience) not in state.audiences


def _cancel_grounds(job: Job) -> Iterator[RefusalGround]:
    """Yield the grounds of P4: 'Completed or failed jobs return 422 VALIDATION_ERROR'.

    The page does not mention cancelled jobs.
    """
    if job.activity is Activity.ACTIVE:
        return
    has_ended = job.activity is Activity.ENDED and job.outcome != "cancelled"
    level = Severity.MUST if job.outcome in ("completed", "failed") else Severity.SHOULD
    yield RefusalGround(Fact.CANCELABLE, UNPROCESSABLE, code="VALIDATION_ERROR", certain=has_ended, severity=level)
    # The row's schema allows any code, the note does not; a cancelled job may be refused in any way.
    penalty = None if job.outcome == "cancelled" else Severity.SHOULD
    yield RefusalGround(Fact.CANCELABLE, UNPROCESSABLE, penalty=penalty)
    if job.outcome == "cancelled":
        yield RefusalGround(Fact.CANCELABLE, frozenset({400, 404, 409}))
