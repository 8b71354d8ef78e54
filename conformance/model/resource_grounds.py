"""Grounds that lie in what a request names: the audience and its guard, the folder, the job."""

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
_FOR_NO_FOLDER = frozenset({400, 403, 404, 422})
_REDUNDANT = frozenset({400, 404, 422})


def resource_grounds(state: State, request: Request) -> Iterator[RefusalGround]:
    """Every ground that lies in the things that a request names."""
    if request.operation.resource is Resource.AUDIENCE:
        yield from _audience(state, request)
    if request.operation is operations.RENAME_FOLDER and request.path not in state.folders:
        yield _missing(request.path, state.folders, state.may_hold_unknown)
    if request.operation.resource is Resource.JOB:
        yield from _job(state, request)


def _missing(path: Path, known: Collection[Path], hidden: Collection[str]) -> RefusalGround:
    """A thing that is not there: 404, or refused as what is foreign; perhaps, where we may have missed some."""
    is_foreign = any(identifier == path[1] for _, identifier in known)
    if path[0] in hidden:
        return RefusalGround(Fact.FOUND, FOREIGN if is_foreign else ELSEWHERE)
    if is_foreign:
        return RefusalGround(Fact.SCOPE, FOREIGN, certain=True)
    return RefusalGround(Fact.FOUND, NOT_FOUND, certain=True)


def _audience(state: State, request: Request) -> Iterator[RefusalGround]:
    path = request.path
    audience = state.audiences.get(path)
    if audience is not None:
        yield from _guard(state, path, audience)
        yield from _placing(state, request, audience)
    elif path in state.deleted:
        again = path in state.reissued
        yield RefusalGround(Fact.GONE, NOT_FOUND, certain=not again)
        if again:
            yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)
    else:
        yield _missing(path, {*state.audiences, *state.deleted}, state.may_hold_unknown)
        if path[0] in state.may_hold_unknown:
            yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)


def _guard(state: State, path: Path, audience: Audience) -> Iterator[RefusalGround]:
    """'Protected audiences return 409 AUDIENCE_NOT_READY' (A5; A3, A4, A7, A10, A11 alike)."""
    if state.is_populated(path):
        yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY, certain=True)
    elif state.may_be_populating(path[0]):
        yield RefusalGround(Fact.GUARD, CONFLICT, code=NOT_READY)
    elif not audience.ready:
        yield RefusalGround(Fact.GUARD_ENDS, CONFLICT, code=NOT_READY, penalty=Severity.SHOULD)


def _placing(state: State, request: Request, audience: Audience) -> Iterator[RefusalGround]:
    """Folders (A10, A11). Which types go together is not defined, nor is moving an audience to where it already is."""
    if request.operation is operations.REMOVE_FROM_FOLDER and audience.folder.value in (None, UNKNOWN):
        yield RefusalGround(Fact.DONE, _REDUNDANT)
    if request.operation is not operations.MOVE_TO_FOLDER:
        return
    wanted = request.sent("folderId")
    path = (request.group, wanted if isinstance(wanted, str) else "")
    folder = state.folders.get(path)
    if folder is None:
        missing = _missing(path, state.folders, state.may_hold_unknown)
        yield RefusalGround(missing.fact, _FOR_NO_FOLDER, certain=missing.certain)
    elif not {folder.type, audience.type} <= set(_TYPES):
        yield RefusalGround(Fact.COMPATIBLE, UNPROCESSABLE)
    elif folder.type != audience.type:
        yield RefusalGround(Fact.COMPATIBLE, UNPROCESSABLE, certain=True, level=Severity.SHOULD)
    if audience.folder.value == wanted:
        yield RefusalGround(Fact.DONE, _REDUNDANT)


def _job(state: State, request: Request) -> Iterator[RefusalGround]:
    job = state.jobs.get(request.path)
    if job is None:
        missing = _missing(request.path, state.jobs, state.may_have_unknown_jobs)
        yield missing
        if request.operation is operations.CANCEL_JOB:
            # The number of this row is not printed: that it is 404 is inferred, that nothing is cancelled is not.
            yield RefusalGround(missing.fact, frozenset({400, 403, 409, 422}), penalty=Severity.SHOULD)
        return
    if _may_have_left(state, request.group, job):
        yield RefusalGround(Fact.FOUND, NOT_FOUND)
    if request.operation is operations.CANCEL_JOB:
        yield from _cancelable(job)


def _may_have_left(state: State, group: str, job: Job) -> bool:
    """Whether a job outlives the audience that it populated is not documented."""
    if job.audience is None:
        return any(where == group for where, _ in state.deleted)
    return (group, job.audience) not in state.audiences


def _cancelable(job: Job) -> Iterator[RefusalGround]:
    """P4: 'Completed or failed jobs return 422 VALIDATION_ERROR'; nothing is said of those that were cancelled."""
    if job.activity is Activity.ACTIVE:
        return
    ended = job.activity is Activity.ENDED and job.outcome != "cancelled"
    level = Severity.MUST if job.outcome in ("completed", "failed") else Severity.SHOULD
    yield RefusalGround(Fact.CANCELABLE, UNPROCESSABLE, code="VALIDATION_ERROR", certain=ended, level=level)
    # The row's schema leaves the code free, the note does not; a job that was cancelled may be refused in any way.
    price = None if job.outcome == "cancelled" else Severity.SHOULD
    yield RefusalGround(Fact.CANCELABLE, UNPROCESSABLE, penalty=price)
    if job.outcome == "cancelled":
        yield RefusalGround(Fact.CANCELABLE, frozenset({400, 404, 409}))
