"""What A1 and A6 may show and must not leave out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.model.comparison import contradiction, differences, filled, is_same, learned
from conformance.model.messages import AudiencePage, Navigation, Request, Response, ShownAudience, ShownFolder
from conformance.model.state import Audience, Folder, Path, State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, requirement


def list_audiences(state: State, request: Request, response: Response) -> Judgement:
    """A1: audiences that are ready for use; those still being populated are left out. One page of many may lack any."""
    page = response.data
    if not isinstance(page, AudiencePage):
        return Judgement(frozenset({state}))
    return _listed(state, request, page.items, complete=request.is_complete and page.last)


def navigate(state: State, request: Request, response: Response) -> Judgement:
    """A6: the same audiences, each in its folder or in none; folders as they were made."""
    shown = response.data
    if not isinstance(shown, Navigation):
        return Judgement(frozenset({state}))
    items = [
        *(replace(item, folder=folder.id) for folder in shown.folders for item in folder.audiences),
        *(replace(item, folder=None) for item in shown.ungrouped),
    ]
    judged = _listed(state, request, items, complete=True)
    violations = (*judged.violations, *_folder_violations(state, request, shown.folders))
    return Judgement(frozenset(_with_folders(after, request, shown.folders) for after in judged.states), violations)


def _listed(state: State, request: Request, items: Sequence[ShownAudience], *, complete: bool) -> Judgement:
    violations = [*_repeated(request, items)]
    after = state
    for item in items:
        violations += _unwanted(state, request, item)
        after = _noted(after, request, item)
    if complete:
        violations += _missing(state, request, {(request.group, item.id) for item in items})
    return Judgement(frozenset({after}), tuple(violations))


def _level(state: State, path: Path) -> Severity:
    """Lists may lag: what changed less than two seconds ago is a SHOULD."""
    return Severity.SHOULD if path in state.lagging else Severity.MUST


def _unwanted(state: State, request: Request, item: ShownAudience) -> Iterator[RuleViolation]:
    """An item that has no place in the list, or shows what is not so."""
    path = (request.group, item.id)
    level = _level(state, path)
    if path in state.audiences:
        if state.is_populated(path):
            yield RuleViolation(
                level, requirement(request.operation, Fact.GUARD), "no audience being populated", item.id
            )
        yield from differences(state.audiences[path], item, level)
    elif path in state.deleted:
        if path not in state.reissued or is_same(state.deleted[path], item):
            yield RuleViolation(level, requirement(request.operation, Fact.GONE), "no deleted audience", item.id)
    elif any(where != request.group and is_same(one, item) for where, one in _namesakes(state, item)):
        scope = requirement(request.operation, Fact.SCOPE)
        yield RuleViolation(
            Severity.MUST, scope, f"audiences of account group {request.group}", f"{item.id} of another"
        )


def _namesakes(state: State, item: ShownAudience) -> Iterator[tuple[str, Audience]]:
    return ((group, one) for (group, identifier), one in state.audiences.items() if identifier == item.id)


def _repeated(request: Request, items: Sequence[ShownAudience]) -> Iterator[RuleViolation]:
    for identifier, times in sorted(Counter(item.id for item in items).items()):
        if times > 1:
            unique = requirement(request.operation, Fact.UNIQUE)
            yield RuleViolation(Severity.SHOULD, unique, f"{identifier} once", f"{times} times")


def _missing(state: State, request: Request, shown: set[Path]) -> Iterator[RuleViolation]:
    """An audience that is surely ready and is not there. While a job may be on any of them, none surely is."""
    if state.may_be_populating(request.group):
        return
    for path, audience in state.audiences.items():
        if path[0] != request.group or path in shown or state.is_populated(path):
            continue
        level = _level(state, path) if audience.ready else Severity.SHOULD
        yield RuleViolation(
            level, requirement(request.operation, Fact.COMPLETE), f"audience {path[1]}", "not in the answer"
        )


def _noted(state: State, request: Request, item: ShownAudience) -> State:
    """An item is learned, unless it may be an old view of what has changed since."""
    path = (request.group, item.id)
    if path in state.lagging:
        return state
    known = state.audiences.get(path, Audience())
    now = replace(learned(known, item, requirement(request.operation, Fact.CURRENT)), ready=True)
    return state.with_audience(path, now, lagging=False)


def _folder_violations(state: State, request: Request, shown: Sequence[ShownFolder]) -> Iterator[RuleViolation]:
    """Whether a folder without audiences is shown is not said in so many words: SHOULD."""
    by_id = {folder.id: folder for folder in shown}
    for (group, identifier), folder in state.folders.items():
        if group != request.group:
            continue
        if identifier in by_id:
            yield from contradiction("name", folder.name, by_id[identifier].name, Severity.SHOULD)
        else:
            complete = requirement(request.operation, Fact.COMPLETE)
            yield RuleViolation(Severity.SHOULD, complete, f"folder {identifier}", "not in the answer")


def _with_folders(state: State, request: Request, shown: Sequence[ShownFolder]) -> State:
    by = requirement(request.operation, Fact.CURRENT)
    folders = state.folders
    for folder in shown:
        path = (request.group, folder.id)
        known = folders.get(path, Folder(type=folder.type))
        folders = folders.put(path, replace(known, name=filled(known.name, folder.name, by)))
    return replace(state, folders=folders)
