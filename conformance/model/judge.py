"""The one question that the suite asks: may this have been answered, and what may be so afterwards."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Effect, OperationSpec, Resource
from conformance.model import effects, listing, prospecting
from conformance.model.caller_grounds import caller_grounds
from conformance.model.events import Event, apply
from conformance.model.messages import Request, Response
from conformance.model.refusal_grounds import RefusalGround
from conformance.model.resource_grounds import resource_grounds
from conformance.model.state import State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, at_most, requirement

_OK, _REDIRECTION, _CLIENT_ERROR, _CONFLICT, _TOO_MANY, _SERVER_ERROR = 200, 300, 400, 409, 429, 500
_CANNOT_BE_ESTABLISHED = 501


def _nothing(state: State, _: Request, __: Response) -> Judgement:
    return Judgement(frozenset({state}))


_EFFECTS: Mapping[Effect, Callable[[State, Request, Response], Judgement]] = {
    Effect.NOTHING: _nothing,
    Effect.LISTS_AUDIENCES: listing.list_audiences,
    Effect.CREATES_AUDIENCE: effects.create_audience,
    Effect.READS_AUDIENCE: effects.read_audience,
    Effect.UPDATES_AUDIENCE: effects.update_audience,
    Effect.DELETES_AUDIENCE: effects.delete_audience,
    Effect.READS_PROSPECTS: effects.read_prospects,
    Effect.SHOWS_NAVIGATION: listing.navigate,
    Effect.CREATES_FOLDER: effects.create_folder,
    Effect.RENAMES_FOLDER: effects.rename_folder,
    Effect.STARTS_JOB: prospecting.start,
    Effect.READS_JOB: prospecting.read,
    Effect.LISTS_JOBS: prospecting.list_jobs,
    Effect.CANCELS_JOB: prospecting.cancel,
}


def judge(state: State, request: Request | Event, response: Response | None) -> Judgement:
    """What may be true of the target after a response, and which sentences the response breaks.

    A `response` of None is a lost reply. It, and a 500 or 502, leave open whether the request took effect; any refusal
    (4xx) says that it did not. To an event the response is that of the provider state: 200 where it was established.
    """
    if not isinstance(request, Request):
        return _happened(state, request, response)
    grounds = (*caller_grounds(state, request), *resource_grounds(state, request))
    if response is None or response.status >= _SERVER_ERROR:
        barred = any(ground.certain and ground.level is Severity.MUST for ground in grounds)
        return Judgement(frozenset({state}) if barred else _unanswered(state, request))
    if response.status == _TOO_MANY:  # when a limit is reached is not documented
        return Judgement(frozenset({state}))
    if _OK <= response.status < _REDIRECTION:
        judged = _succeeded(state, request, response, grounds)
    else:
        judged = _refused(state, request, response, grounds)
    level = _highest(request.operation, response)
    return Judgement(judged.states, at_most(level, judged.violations))


def step(
    state: State, request: Request | Event, response: Response | None, *, level: Severity = Severity.MUST
) -> frozenset[State]:
    """The possible states after a response; none if it breaks a sentence of this level, or of a more binding one."""
    judged = judge(state, request, response)
    return frozenset() if judged.breaks(level) else judged.states


def explain(state: State, request: Request | Event, response: Response | None) -> tuple[RuleViolation, ...]:
    """The sentences that a response breaks, each with its level; the reason why `step` answers no state."""
    return judge(state, request, response).violations


def advance(
    possible: Collection[State],
    request: Request | Event,
    response: Response | None,
    *,
    pending: Iterable[Request] = (),
) -> Judgement:
    """`judge` for who does not know which of several states holds: none is left if every one forbids the response.

    What only some of them forbid is no violation. `pending`: requests whose reply was lost and that may still be under
    way.
    """
    states = set(possible)
    for lost in pending:
        states |= {after for state in states for after in judge(state, lost, None).states}
    judged = [judge(state, request, response) for state in states]
    allowed = [one for one in judged if not one.breaks(Severity.MUST)]
    least = min((one.violations for one in allowed or judged), key=lambda one: (len(one), one), default=())
    return Judgement(frozenset().union(*(one.states for one in allowed)), least)


def _happened(state: State, event: Event, response: Response | None) -> Judgement:
    if response is not None and _OK <= response.status < _REDIRECTION:
        return Judgement(apply(state, event))
    refused = response is not None and (response.status < _SERVER_ERROR or response.status == _CANNOT_BE_ESTABLISHED)
    return Judgement(frozenset({state}) if refused else apply(state, event) | {state})


def _unanswered(state: State, request: Request) -> frozenset[State]:
    """'Check the current resource state before retrying this request': it took effect, or did not.

    That an update of several fields is all or nothing is not documented.
    """
    if request.operation.only_reads:
        return frozenset({state})
    effects = (_EFFECTS[request.operation.effect](state, part, Response(_OK)).states for part in _parts(request))
    return frozenset({state}).union(*effects)


def _parts(request: Request) -> Iterator[Request]:
    if request.operation is not operations.UPDATE_AUDIENCE:
        yield request
        return
    for count in range(1, len(request.fields) + 1):
        for fields in combinations(request.fields, count):
            yield replace(request, fields=fields)


def _succeeded(state: State, request: Request, response: Response, grounds: Iterable[RefusalGround]) -> Judgement:
    """A success, which nothing that surely stands in its way allows."""
    broken = [ground for ground in grounds if ground.certain]
    against = tuple(
        RuleViolation(ground.level, requirement(request.operation, ground.fact), str(ground), str(response))
        for ground in broken
    )
    judged = _EFFECTS[request.operation.effect](state, request, response)
    if any(ground.level is Severity.MUST for ground in broken):
        return Judgement(judged.states, against)
    return Judgement(judged.states, against + judged.violations)


def _refused(state: State, request: Request, response: Response, grounds: Collection[RefusalGround]) -> Judgement:
    """A refusal, which changes nothing, and which some ground has to explain."""
    fitting = [ground for ground in grounds if ground.explains(response)]
    if not fitting:
        return Judgement(frozenset({state}), (_unfounded(request, response, grounds),))
    ground = min(fitting, key=lambda one: (one.penalty or 0, one.fact))
    after = prospecting.refused_to_cancel(state, request) if ground.fact is Fact.CANCELABLE else state
    if ground.penalty is None:
        return Judgement(frozenset({after}))
    name = requirement(request.operation, ground.fact)
    return Judgement(frozenset({after}), (RuleViolation(ground.penalty, name, "another answer", str(response)),))


def _unfounded(request: Request, response: Response, grounds: Iterable[RefusalGround]) -> RuleViolation:
    """The sentence that demanded another answer: of what is first wrong with the request, or that it succeeds."""
    first = next((ground for ground in grounds if ground.certain), None)
    if first is not None:
        coded = first.fact is Fact.GUARD and response.status in first.statuses
        fact = Fact.GUARD_CODE if coded else first.fact
        if first.fact is Fact.GONE and response.status != _CONFLICT:  # no status but that one says that it is there
            fact = Fact.FOUND
        return RuleViolation(first.level, requirement(request.operation, fact), str(first), str(response))
    guarded = response.status == _CONFLICT and request.operation.resource is Resource.AUDIENCE
    fact = Fact.GUARD_ENDS if guarded else Fact.DONE
    return RuleViolation(Severity.MUST, requirement(request.operation, fact), "a success", str(response))


def _highest(operation: OperationSpec, response: Response) -> Severity:
    """The methods of A9 and A2 are inferred: a target may not know them. One that answers A2 with 201 does."""
    if operation is operations.RENAME_FOLDER:
        return Severity.SHOULD
    if operation is operations.CREATE_AUDIENCE and response.status >= _CLIENT_ERROR:
        return Severity.SHOULD
    return Severity.MUST
