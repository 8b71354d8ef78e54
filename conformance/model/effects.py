"""The effects of a success on one audience (A2-A5, A7, A10, A11) or folder (A8, A9), and the violations it may show."""

from dataclasses import replace

from conformance.catalogue import operations
from conformance.model.comparison import confirmed, contradiction, differences, filled, is_same, learned
from conformance.model.messages import Request, Response, ShownAudience, ShownFolder
from conformance.model.state import Audience, Folder, Known, State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, requirement


def create_audience(state: State, request: Request, response: Response) -> Judgement:
    """Add the requested audience (A2).

    Whether a job populates a monitoring audience from the start is not documented.
    """
    shown = response.data
    if not isinstance(shown, ShownAudience):
        return Judgement(frozenset({state.with_unknown(request.group)}))
    path = (request.group, shown.id)
    by = requirement(request.operation, Fact.EFFECT)
    created = Audience(
        name=Known(request.sent("name"), by),
        description=Known(request.sent("description"), by),
        type=request.sent("type"),
        named_by_suite=True,
        ready=request.sent("type") == "on_demand",
    )
    violations = [*differences(created, shown, Severity.MUST)]
    if path in state.audiences:
        new = requirement(request.operation, Fact.NEW)
        violations.append(RuleViolation(Severity.MUST, new, "a new audience", f"the identifier of another, {shown.id}"))
    after = state.with_audience(path, learned(created, shown, by)).with_unsettled(path)
    return Judgement(frozenset({after}), tuple(violations))


def read_audience(state: State, request: Request, response: Response) -> Judgement:
    """Compare the audience of the path with its last known fields (A3); a returned audience is ready.

    A read that may not show the last change yet teaches nothing where it differs.
    """
    shown = response.data
    if not isinstance(shown, ShownAudience):
        return Judgement(frozenset({_with_ready_audience(state, request)}))
    by = requirement(request.operation, Fact.CURRENT)
    violations = [*_wrong_identifier(request, shown)]
    deleted = state.deleted.get(request.path)
    if deleted is not None and is_same(deleted, shown):
        fact = requirement(request.operation, Fact.GONE)
        violations.append(RuleViolation(Severity.MUST, fact, "404: it was deleted", f"{response}, {shown.name!r}"))
        return Judgement(frozenset({state}), tuple(violations))
    known = state.audiences.get(request.path, Audience())
    is_unsettled = request.path in state.unsettled
    stale = [*differences(known, shown, Severity.SHOULD if is_unsettled else Severity.MUST)]
    violations += stale
    if stale and is_unsettled:
        return Judgement(frozenset({state}), tuple(violations))
    current = replace(confirmed(known, shown, by), ready=True)
    return Judgement(frozenset({state.with_audience(request.path, current, lagging=False)}), tuple(violations))


def read_prospects(state: State, request: Request, _: Response) -> Judgement:
    """Mark the audience of the path as ready, since its prospects were returned (A7)."""
    return Judgement(frozenset({_with_ready_audience(state, request)}))


def update_audience(state: State, request: Request, response: Response) -> Judgement:
    """Update the named fields and no others (A4, A10, A11)."""
    known = state.audiences.get(request.path)
    if known is None:
        return Judgement(frozenset({state}))
    after = _with_update(known, request)
    if not isinstance(response.data, ShownAudience):
        return Judgement(frozenset({state.with_audience(request.path, after).with_unsettled(request.path)}))
    violations = (*_wrong_identifier(request, response.data), *differences(after, response.data, Severity.MUST))
    after = learned(after, response.data, requirement(request.operation, Fact.EFFECT))
    return Judgement(frozenset({state.with_audience(request.path, after).with_unsettled(request.path)}), violations)


def delete_audience(state: State, request: Request, _: Response) -> Judgement:
    """Remove the audience of the path (A5)."""
    return Judgement(frozenset({state.without_audience(request.path)}))


def create_folder(state: State, request: Request, response: Response) -> Judgement:
    """Add the requested folder (A8)."""
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
    """Rename the folder of the path (A9)."""
    by = requirement(request.operation, Fact.EFFECT)
    known = state.folders.get(request.path, Folder())
    name = Known(request.sent("name"), by)
    shown = response.data
    violations = tuple(contradiction("name", name, shown.name, Severity.MUST)) if isinstance(shown, ShownFolder) else ()
    after = replace(state, folders=state.folders.put(request.path, replace(known, name=name)))
    return Judgement(frozenset({after}), violations)


def _with_update(known: Audience, request: Request) -> Audience:
    """Update the named fields; the others must keep their last observed value."""
    by = requirement(request.operation, Fact.EFFECT)
    known = replace(
        known,
        name=_with_unnamed_field(known.name, request),
        description=_with_unnamed_field(known.description, request),
        folder=_with_unnamed_field(known.folder, request),
    )
    if request.operation is operations.REMOVE_FROM_FOLDER:  # 'clears folderId to null' (A11)
        return replace(known, folder=Known(None, by))
    for field, value in request.fields:
        if field == "name":
            known = replace(known, name=Known(value, by), named_by_suite=True)
        elif field == "description":
            known = replace(known, description=Known(value, by))
        elif field == "folderId":
            known = replace(known, folder=Known(value, by))
    return known


def _with_unnamed_field(field: Known, request: Request) -> Known:
    """Blame later changes of a field on this request, which does not name it.

    A field that was not read since it was set may never have been set.
    """
    is_read = field.asserted_by == requirement(operations.GET_AUDIENCE, Fact.CURRENT)
    return replace(field, asserted_by=requirement(request.operation, Fact.ONLY)) if is_read else field


def _with_ready_audience(state: State, request: Request) -> State:
    known = state.audiences.get(request.path, Audience())
    return state.with_audience(request.path, replace(known, ready=True), lagging=False)


def _wrong_identifier(request: Request, shown: ShownAudience) -> tuple[RuleViolation, ...]:
    if shown.id == request.resource_id:
        return ()
    fact = requirement(request.operation, Fact.CURRENT)
    return (RuleViolation(Severity.MUST, fact, f"audience {request.resource_id}", f"audience {shown.id}"),)
