"""What a success makes of a state, and what it must not show: one audience (A2-A5, A7, A10, A11) or folder (A8, A9)."""

from dataclasses import replace

from conformance.catalogue import operations
from conformance.model.comparison import confirmed, contradiction, differences, filled, is_same, learned
from conformance.model.messages import Request, Response, ShownAudience, ShownFolder
from conformance.model.state import Audience, Folder, Known, State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, requirement


def create_audience(state: State, request: Request, response: Response) -> Judgement:
    """A2: there is a new audience, as it was asked for.

    Whether one that monitors is populated by a job from the start is not said.
    """
    shown = response.data
    if not isinstance(shown, ShownAudience):
        return Judgement(frozenset({state.with_unknown(request.group)}))
    path = (request.group, shown.id)
    by = requirement(request.operation, Fact.EFFECT)
    made = Audience(
        name=Known(request.sent("name"), by),
        description=Known(request.sent("description"), by),
        type=request.sent("type"),
        made=True,
        ready=request.sent("type") == "on_demand",
    )
    violations = [*differences(made, shown, Severity.MUST)]
    if path in state.audiences:
        new = requirement(request.operation, Fact.NEW)
        violations.append(RuleViolation(Severity.MUST, new, "a new audience", f"the identifier of another, {shown.id}"))
    return Judgement(frozenset({state.with_audience(path, learned(made, shown, by))}), tuple(violations))


def read_audience(state: State, request: Request, response: Response) -> Judgement:
    """A3: the audience of the path, as it was left. What is answered is ready."""
    shown = response.data
    if not isinstance(shown, ShownAudience):
        return Judgement(frozenset({_found_ready(state, request)}))
    by = requirement(request.operation, Fact.CURRENT)
    violations = [*_other(request, shown)]
    gone = state.deleted.get(request.path)
    if gone is not None and is_same(gone, shown):
        fact = requirement(request.operation, Fact.GONE)
        violations.append(RuleViolation(Severity.MUST, fact, "404: it was deleted", f"{response}, {shown.name!r}"))
        return Judgement(frozenset({state}), tuple(violations))
    known = state.audiences.get(request.path, Audience())
    violations += differences(known, shown, Severity.MUST)
    now = replace(confirmed(known, shown, by), ready=True)
    return Judgement(frozenset({state.with_audience(request.path, now, lagging=False)}), tuple(violations))


def read_prospects(state: State, request: Request, _: Response) -> Judgement:
    """A7: an audience whose prospects are answered is ready."""
    return Judgement(frozenset({_found_ready(state, request)}))


def update_audience(state: State, request: Request, response: Response) -> Judgement:
    """A4, A10, A11: the fields that are named change, the others do not."""
    known = state.audiences.get(request.path)
    if known is None:
        return Judgement(frozenset({state}))
    after = _changed(known, request)
    if not isinstance(response.data, ShownAudience):
        return Judgement(frozenset({state.with_audience(request.path, after)}))
    violations = (*_other(request, response.data), *differences(after, response.data, Severity.MUST))
    after = learned(after, response.data, requirement(request.operation, Fact.EFFECT))
    return Judgement(frozenset({state.with_audience(request.path, after)}), violations)


def delete_audience(state: State, request: Request, _: Response) -> Judgement:
    """A5: it is gone."""
    return Judgement(frozenset({state.without_audience(request.path)}))


def create_folder(state: State, request: Request, response: Response) -> Judgement:
    """A8: there is a folder, as it was asked for."""
    shown = response.data
    if not isinstance(shown, ShownFolder):
        return Judgement(frozenset({state.with_unknown(request.group)}))
    by = requirement(request.operation, Fact.EFFECT)
    path = (request.group, shown.id)
    folder = Folder(filled(Known(request.sent("name"), by), shown.name, by), request.sent("audienceType"))
    violations = [*contradiction("name", folder.name, shown.name, Severity.MUST)]
    if path in state.folders:
        new = requirement(request.operation, Fact.NEW)
        violations.append(RuleViolation(Severity.MUST, new, "a new folder", f"the identifier of another, {shown.id}"))
    return Judgement(frozenset({replace(state, folders=state.folders.put(path, folder))}), tuple(violations))


def rename_folder(state: State, request: Request, response: Response) -> Judgement:
    """A9: it has another name. Its method is inferred, so that whoever judges takes nothing here for a MUST."""
    by = requirement(request.operation, Fact.EFFECT)
    known = state.folders.get(request.path, Folder())
    name = Known(request.sent("name"), by)
    shown = response.data
    violations = (
        tuple(contradiction("name", name, shown.name, Severity.SHOULD)) if isinstance(shown, ShownFolder) else ()
    )
    after = replace(state, folders=state.folders.put(request.path, replace(known, name=name)))
    return Judgement(frozenset({after}), violations)


def _changed(known: Audience, request: Request) -> Audience:
    """What is named has another value; the rest was seen to be so before, and this request has to leave it so."""
    by = requirement(request.operation, Fact.EFFECT)
    known = replace(
        known,
        name=_left(known.name, request),
        description=_left(known.description, request),
        folder=_left(known.folder, request),
    )
    if request.operation is operations.REMOVE_FROM_FOLDER:  # 'clears folderId to null' (A11)
        return replace(known, folder=Known(None, by))
    for field, value in request.fields:
        if field == "name":
            known = replace(known, name=Known(value, by), made=True)
        elif field == "description":
            known = replace(known, description=Known(value, by))
        elif field == "folderId":
            known = replace(known, folder=Known(value, by))
    return known


def _left(held: Known, request: Request) -> Known:
    """A field that a request does not name. One that was not read since it was set may never have been set."""
    is_read = held.asserted_by == requirement(operations.GET_AUDIENCE, Fact.CURRENT)
    return replace(held, asserted_by=requirement(request.operation, Fact.ONLY)) if is_read else held


def _found_ready(state: State, request: Request) -> State:
    known = state.audiences.get(request.path, Audience())
    return state.with_audience(request.path, replace(known, ready=True), lagging=False)


def _other(request: Request, shown: ShownAudience) -> tuple[RuleViolation, ...]:
    if shown.id == request.resource_id:
        return ()
    fact = requirement(request.operation, Fact.CURRENT)
    return (RuleViolation(Severity.MUST, fact, f"audience {request.resource_id}", f"audience {shown.id}"),)
