"""The judge of the model: whether it allows a response, and the possible states after it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import Effect, Resource
from conformance.model import effects, listing, prospecting
from conformance.model.caller_grounds import caller_grounds
from conformance.model.events import Event, apply
from conformance.model.messages import Request, Response
from conformance.model.refusal_grounds import RefusalGround
from conformance.model.resource_grounds import resource_grounds
from conformance.model.state import State
from conformance.model.violation import Fact, Judgement, RuleViolation, Severity, by_severity, requirement

_OK, _REDIRECTION, _CONFLICT, _TOO_MANY, _SERVER_ERROR = 200, 300, 409, 429, 500
_NOT_SUPPORTED = 501
"""The response to a provider state that the target cannot set up."""
_DELETION = requirement(operations.DELETE_AUDIENCE, Fact.GONE)


def _no_effect(state: State, _: Request, __: Response) -> Judgement:
    return Judgement(frozenset({state}))


_EFFECTS: Mapping[Effect, Callable[[State, Request, Response], Judgement]] = {
    Effect.NOTHING: _no_effect,
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
    """Return the possible states after a response, and the sentences that the response breaks.

    Args:
        state: The state before the request.
        request: A request, or an event, whose response is that of the provider state: 200 if it was set up.
        response: None is a lost reply. After it, or after a 500 or 502, the request may have taken effect; after a
            refusal (4xx) it has not.
    """
    if not isinstance(request, Request):
        return _judge_event(state, request, response)
    grounds = (*caller_grounds(state, request), *resource_grounds(state, request))
    if response is None or response.status >= _SERVER_ERROR:
        is_barred = any(ground.certain and ground.severity is Severity.MUST for ground in grounds)
        return Judgement(frozenset({state}) if is_barred else _after_lost_reply(state, request))
    if response.status == _TOO_MANY:  # the limits are not documented
        return Judgement(frozenset({state}))
    if _OK <= response.status < _REDIRECTION:
        judged = _judge_success(state, request, response, grounds)
    else:
        judged = _judge_refusal(state, request, response, grounds)
    return Judgement(judged.states, by_severity(judged.violations))


def step(
    state: State, request: Request | Event, response: Response | None, *, severity: Severity = Severity.MUST
) -> frozenset[State]:
    """Return the possible states after a response; none if it breaks a sentence of this or a more binding level."""
    judged = judge(state, request, response)
    return frozenset() if judged.breaks(severity) else judged.states


def advance(
    possible: Collection[State],
    request: Request | Event,
    response: Response | None,
    *,
    pending: Iterable[Request] = (),
) -> Judgement:
    """Judge a response when several states are possible.

    A state that forbids the response is dropped. Only a response that every state forbids is a violation; then no
    state is left.

    Args:
        possible: The possible states before the request.
        request: The request or event.
        response: None is a lost reply.
        pending: Requests whose reply was lost and that may still be in progress.
    """
    states = set(possible)
    for lost in pending:
        states |= {after for state in states for after in judge(state, lost, None).states}
    judgements = [judge(state, request, response) for state in states]
    allowed = [judgement for judgement in judgements if not judgement.breaks(Severity.MUST)]
    candidates = (judgement.violations for judgement in allowed or judgements)
    likeliest = min(candidates, key=_unlikelihood, default=())
    return Judgement(frozenset().union(*(judgement.states for judgement in allowed)), likeliest)


def _unlikelihood(violations: tuple[RuleViolation, ...]) -> tuple[bool, int, tuple[RuleViolation, ...]]:
    """Return the rank of an explanation: by its number of violations; an unseen deletion comes last."""
    blames_a_deletion = any(violation.requirement == _DELETION for violation in violations)
    return blames_a_deletion, len(violations), violations


def _judge_event(state: State, event: Event, response: Response | None) -> Judgement:
    if response is not None and _OK <= response.status < _REDIRECTION:
        return Judgement(apply(state, event))
    is_refused = response is not None and (response.status < _SERVER_ERROR or response.status == _NOT_SUPPORTED)
    return Judgement(frozenset({state}) if is_refused else apply(state, event) | {state})


def _after_lost_reply(state: State, request: Request) -> frozenset[State]:
    """Return the states with and without the effect of a request.

    Source: 'Check the current resource state before retrying this request'. Whether an update of several fields is
    atomic is not documented.
    """
    if request.operation.only_reads:
        return frozenset({state})
    effects = (
        _EFFECTS[request.operation.effect](state, partial, Response(_OK)).states
        for partial in _partial_updates(request)
    )
    return frozenset({state}).union(*effects)


def _partial_updates(request: Request) -> Iterator[Request]:
    if request.operation is not operations.UPDATE_AUDIENCE:
        yield request
        return
    for count in range(1, len(request.fields) + 1):
        for fields in combinations(request.fields, count):
            yield replace(request, fields=fields)


def _judge_success(state: State, request: Request, response: Response, grounds: Iterable[RefusalGround]) -> Judgement:
    """Judge a success, which breaks the sentence of every certain ground to refuse it."""
    certain = [ground for ground in grounds if ground.certain]
    violations = tuple(
        RuleViolation(ground.severity, requirement(request.operation, ground.fact), str(ground), str(response))
        for ground in certain
    )
    judged = _EFFECTS[request.operation.effect](state, request, response)
    if any(ground.severity is Severity.MUST for ground in certain):
        return Judgement(judged.states, violations)
    return Judgement(judged.states, violations + judged.violations)


def _judge_refusal(state: State, request: Request, response: Response, grounds: Collection[RefusalGround]) -> Judgement:
    """Judge a refusal, which changes nothing, and which a ground must explain."""
    explaining = [ground for ground in grounds if ground.explains(response)]
    if not explaining:
        return Judgement(frozenset({state}), (_unexplained(request, response, grounds),))
    ground = min(explaining, key=lambda explaining_ground: (explaining_ground.penalty or 0, explaining_ground.fact))
    after = prospecting.refuse_to_cancel(state, request) if ground.fact is Fact.CANCELABLE else state
    if ground.penalty is None:
        return Judgement(frozenset({after}))
    name = requirement(request.operation, ground.fact)
    return Judgement(frozenset({after}), (RuleViolation(ground.penalty, name, "another response", str(response)),))


def _unexplained(request: Request, response: Response, grounds: Iterable[RefusalGround]) -> RuleViolation:
    """Return the violation of an unexplained refusal: of the first certain ground, or of the demand for a success."""
    first_ground = next((ground for ground in grounds if ground.certain), None)
    if first_ground is not None:
        is_wrong_code = first_ground.fact is Fact.GUARD and response.status in first_ground.statuses
        fact = Fact.GUARD_CODE if is_wrong_code else first_ground.fact
        if first_ground.fact is Fact.GONE and response.status != _CONFLICT:  # only a 409 implies that it exists
            fact = Fact.FOUND
        return RuleViolation(
            first_ground.severity, requirement(request.operation, fact), str(first_ground), str(response)
        )
    is_guarded = response.status == _CONFLICT and request.operation.resource is Resource.AUDIENCE
    fact = Fact.GUARD_ENDS if is_guarded else Fact.DONE
    return RuleViolation(Severity.MUST, requirement(request.operation, fact), "a success", str(response))
