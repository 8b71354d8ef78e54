"""The judgement of the lists A1 and A6: the audiences that they must, may and must not show."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.model.comparison import contradiction, differences, filled, is_same, learned
from conformance.model.messages import AudiencePage, Navigation, Request, Response, ShownAudience, ShownFolder
from conformance.model.state import Audience, Folder, Path, State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, requirement


def list_audiences(state: State, request: Request, response: Response) -> Judgement:
    """Judge a list of audiences (A1): it shows those ready for use, and none that is being populated.

    A single page of several may lack any audience.
    """
    page = response.data
    if not isinstance(page, AudiencePage):
        return Judgement(frozenset({state}))
    return _judge_items(state, request, page.items, complete=request.is_complete and page.last)


def navigate(state: State, request: Request, response: Response) -> Judgement:
    """Judge the navigation (A6): the same audiences, each in its folder or in none, and the folders."""
    shown = response.data
    if not isinstance(shown, Navigation):
        return Judgement(frozenset({state}))
    items = [
        *(replace(item, folder=folder.id) for folder in shown.folders for item in folder.audiences),
        *(replace(item, folder=None) for item in shown.ungrouped),
    ]
    judgement = _judge_items(state, request, items, complete=True)
    violations = (*judgement.violations, *_folder_violations(state, request, shown.folders))
    return Judgement(frozenset(_with_folders(after, request, shown.folders) for after in judgement.states), violations)


def _judge_items(state: State, request: Request, items: Sequence[ShownAudience], *, complete: bool) -> Judgement:
    violations = [*_duplicates(request, items)]
    after = state
    for item in items:
        violations += _item_violations(state, request, item)
        after = _with_item(after, request, item)
    if complete:
        violations += _missing(state, request, {(request.group, item.id) for item in items})
    return Judgement(frozenset({after}), tuple(violations))


def _level(state: State, path: Path) -> Severity:
    """Return SHOULD for a change that may not have settled."""
    return Severity.SHOULD if path in state.lagging else Severity.MUST


def _item_violations(state: State, request: Request, item: ShownAudience) -> Iterator[RuleViolation]:
    """Yield the violations of an item that must not be in the list, or has wrong fields."""
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
    elif any(group != request.group and is_same(audience, item) for group, audience in _same_id(state, item)):
        scope = requirement(request.operation, Fact.SCOPE)
        yield RuleViolation(
            Severity.MUST, scope, f"audiences of account group {request.group}", f"{item.id} of another"
        )


def _same_id(state: State, item: ShownAudience) -> Iterator[tuple[str, Audience]]:
    return ((group, audience) for (group, identifier), audience in state.audiences.items() if identifier == item.id)


def _duplicates(request: Request, items: Sequence[ShownAudience]) -> Iterator[RuleViolation]:
    for identifier, count in sorted(Counter(item.id for item in items).items()):
        if count > 1:
            unique = requirement(request.operation, Fact.UNIQUE)
            yield RuleViolation(Severity.SHOULD, unique, f"{identifier} once", f"{count} times")


def _missing(state: State, request: Request, shown: set[Path]) -> Iterator[RuleViolation]:
    """Yield a violation for each ready audience that the list lacks.

    No audience is certainly ready while a job may be populating any of them.
    """
    if state.may_be_populating(request.group):
        return
    for path, audience in state.audiences.items():
        if path[0] != request.group or path in shown or state.is_populated(path):
            continue
        level = _level(state, path) if audience.ready else Severity.SHOULD
        yield RuleViolation(
            level, requirement(request.operation, Fact.COMPLETE), f"audience {path[1]}", "not in the response"
        )


def _with_item(state: State, request: Request, item: ShownAudience) -> State:
    """Learn the fields of an item, unless it may be outdated."""
    path = (request.group, item.id)
    if path in state.lagging:
        return state
    known = state.audiences.get(path, Audience())
    current = replace(learned(known, item, requirement(request.operation, Fact.CURRENT)), ready=True)
    return state.with_audience(path, current, lagging=False)


def _folder_violations(state: State, request: Request, shown: Sequence[ShownFolder]) -> Iterator[RuleViolation]:
    """Yield violations of SHOULD: whether a folder without audiences is shown is not stated expressly."""
    by_id = {folder.id: folder for folder in shown}
    for (group, identifier), folder in state.folders.items():
        if group != request.group:
            continue
        if identifier in by_id:
            yield from contradiction("name", folder.name, by_id[identifier].name, Severity.SHOULD)
        else:
            complete = requirement(request.operation, Fact.COMPLETE)
            yield RuleViolation(Severity.SHOULD, complete, f"folder {identifier}", "not in the response")


def _with_folders(state: State, request: Request, shown: Sequence[ShownFolder]) -> State:
    by = requirement(request.operation, Fact.CURRENT)
    folders = state.folders
    for folder in shown:
        path = (request.group, folder.id)
        known = folders.get(path, Folder(type=folder.type))
        folders = folders.put(path, replace(known, name=filled(known.name, folder.name, by)))
    return replace(state, folders=folders)
