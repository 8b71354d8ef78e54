"""Grounds that lie in what a request names: the audience and its guard, the folder, the job."""

from collections.abc import Collection, Iterator

from conformance.model.messages import UNKNOWN, Request
from conformance.model.operation import ON_AUDIENCE, ON_JOB, OperationId
from conformance.model.refusal_grounds import CONFLICT, ELSEWHERE, FOREIGN, NOT_FOUND, NOT_READY, UNPROCESSABLE, Ground
from conformance.model.state import Activity, Audience, Job, Path, State
from conformance.model.violation import Fact, Level

_TYPES = ("on_demand", "monitoring")
_FOR_NO_FOLDER = frozenset({400, 403, 404, 422})
_REDUNDANT = frozenset({400, 404, 422})


def subject(state: State, request: Request) -> Iterator[Ground]:
    """Every ground that lies in the things that a request names."""
    if request.operation in ON_AUDIENCE:
        yield from _audience(state, request)
    if request.operation is OperationId.RENAME_FOLDER and request.path not in state.folders:
        yield _missing(request.path, state.folders, state.hidden)
    if request.operation in ON_JOB:
        yield from _job(state, request)


def _missing(path: Path, known: Collection[Path], hidden: Collection[str]) -> Ground:
    """A thing that is not there: 404, or refused as what is foreign; perhaps, where we may have missed some."""
    is_foreign = any(identifier == path[1] for _, identifier in known)
    if path[0] in hidden:
        return Ground(Fact.FOUND, FOREIGN if is_foreign else ELSEWHERE)
    if is_foreign:
        return Ground(Fact.SCOPE, FOREIGN, certain=True)
    return Ground(Fact.FOUND, NOT_FOUND, certain=True)


def _audience(state: State, request: Request) -> Iterator[Ground]:
    path = request.path
    audience = state.audiences.get(path)
    if audience is not None:
        yield from _guard(state, path, audience)
        yield from _placing(state, request, audience)
    elif path in state.gone:
        again = path in state.reissued
        yield Ground(Fact.GONE, NOT_FOUND, certain=not again)
        if again:
            yield Ground(Fact.GUARD, CONFLICT, code=NOT_READY)
    else:
        yield _missing(path, {*state.audiences, *state.gone}, state.hidden)
        if path[0] in state.hidden:
            yield Ground(Fact.GUARD, CONFLICT, code=NOT_READY)


def _guard(state: State, path: Path, audience: Audience) -> Iterator[Ground]:
    """'Protected audiences return 409 AUDIENCE_NOT_READY' (delete-an-audience; A3, A4, A7, A10, A11 alike)."""
    if state.is_populated(path):
        yield Ground(Fact.GUARD, CONFLICT, code=NOT_READY, certain=True)
    elif state.may_be_populating(path[0]):
        yield Ground(Fact.GUARD, CONFLICT, code=NOT_READY)
    elif not audience.ready:
        yield Ground(Fact.GUARD_ENDS, CONFLICT, code=NOT_READY, price=Level.SHOULD)


def _placing(state: State, request: Request, audience: Audience) -> Iterator[Ground]:
    """Folders (A10, A11). Which types go together is not defined, nor is moving an audience to where it already is."""
    if request.operation is OperationId.REMOVE_FROM_FOLDER and audience.folder.value in (None, UNKNOWN):
        yield Ground(Fact.DONE, _REDUNDANT)
    if request.operation is not OperationId.MOVE_TO_FOLDER:
        return
    wanted = request.sent("folderId")
    path = (request.group, wanted if isinstance(wanted, str) else "")
    folder = state.folders.get(path)
    if folder is None:
        missing = _missing(path, state.folders, state.hidden)
        yield Ground(missing.fact, _FOR_NO_FOLDER, certain=missing.certain)
    elif not {folder.type, audience.type} <= set(_TYPES):
        yield Ground(Fact.COMPATIBLE, UNPROCESSABLE)
    elif folder.type != audience.type:
        yield Ground(Fact.COMPATIBLE, UNPROCESSABLE, certain=True, level=Level.SHOULD)
    if audience.folder.value == wanted:
        yield Ground(Fact.DONE, _REDUNDANT)


def _job(state: State, request: Request) -> Iterator[Ground]:
    job = state.jobs.get(request.path)
    if job is None:
        missing = _missing(request.path, state.jobs, state.unlisted)
        yield missing
        if request.operation is OperationId.CANCEL_JOB:
            # The number of this row is not printed: that it is 404 is inferred, that nothing is cancelled is not.
            yield Ground(missing.fact, frozenset({400, 403, 409, 422}), price=Level.SHOULD)
        return
    if _may_have_left(state, request.group, job):
        yield Ground(Fact.FOUND, NOT_FOUND)
    if request.operation is OperationId.CANCEL_JOB:
        yield from _cancelable(job)


def _may_have_left(state: State, group: str, job: Job) -> bool:
    """Whether a job outlives the audience that it populated is not documented."""
    if job.audience is None:
        return any(where == group for where, _ in state.gone)
    return (group, job.audience) not in state.audiences


def _cancelable(job: Job) -> Iterator[Ground]:
    """P4: 'Completed or failed jobs return 422 VALIDATION_ERROR'; nothing is said of those that were cancelled."""
    if job.activity is Activity.ACTIVE:
        return
    ended = job.activity is Activity.ENDED and job.outcome != "cancelled"
    level = Level.MUST if job.outcome in ("completed", "failed") else Level.SHOULD
    yield Ground(Fact.CANCELABLE, UNPROCESSABLE, code="VALIDATION_ERROR", certain=ended, level=level)
    # The row's schema leaves the code free, the note does not; a job that was cancelled may be refused in any way.
    price = None if job.outcome == "cancelled" else Level.SHOULD
    yield Ground(Fact.CANCELABLE, UNPROCESSABLE, price=price)
    if job.outcome == "cancelled":
        yield Ground(Fact.CANCELABLE, frozenset({400, 404, 409}))
