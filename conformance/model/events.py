"""The events of the model: provider states that were set up, and time that has passed. An event is never judged."""

from dataclasses import dataclass, replace

from conformance.model.state import Activity, Audience, Job, Key, Path, State


@dataclass(frozen=True, slots=True)
class KeyIssued:
    """The provider state `an API key`.

    Attributes:
        permissions: None if the target does not name them.
        groups: The account groups of the key; None if the target does not name them.
        fresh: Whether the account groups were empty.
    """

    key: str
    permissions: frozenset[str] | None
    groups: frozenset[str] | None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """The provider state `the API key is revoked`, or the teardown of a key."""

    key: str


@dataclass(frozen=True, slots=True)
class AudienceReady:
    """The provider state `an audience that is ready`."""

    group: str
    audience: str


@dataclass(frozen=True, slots=True)
class AudiencePopulated:
    """The provider state `an audience being populated`: the target declares its job active until it ends."""

    group: str
    audience: str
    job: str


@dataclass(frozen=True, slots=True)
class ProspectingEnded:
    """The provider state `the prospecting has ended`; `outcome` is `completed`, `failed` or `cancelled`."""

    group: str
    job: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The end of the settling time of an audience or job: lists and reads MUST show it from now on."""

    group: str
    identifier: str


Event = KeyIssued | KeyRevoked | AudienceReady | AudiencePopulated | ProspectingEnded | Settled


def apply(state: State, event: Event) -> frozenset[State]:
    """Return the possible states after an event."""
    match event:
        case KeyIssued(key, permissions, groups, fresh):
            used = frozenset[str]() if fresh or groups is None else groups
            keys = state.keys.put(key, Key(permissions, groups))
            return frozenset(
                {
                    replace(
                        state,
                        keys=keys,
                        may_hold_unknown=state.may_hold_unknown | used,
                        may_have_unknown_jobs=state.may_have_unknown_jobs | used,
                    )
                }
            )
        case KeyRevoked(key):
            revoked = replace(state.keys.get(key, Key(None, None)), revoked=True)
            return frozenset({replace(state, keys=state.keys.put(key, revoked))})
        case AudienceReady(group, audience):
            known = state.audiences.get((group, audience), Audience())
            return frozenset({state.with_audience((group, audience), replace(known, ready=True))})
        case AudiencePopulated():
            return frozenset({_with_populated_audience(state, event)})
        case ProspectingEnded():
            return _after_end(state, event)
        case Settled(group, identifier):
            path = (group, identifier)
            settled = replace(state, lagging=state.lagging - {path}, unsettled=state.unsettled - {path})
            return frozenset({settled})


def _with_populated_audience(state: State, event: AudiencePopulated) -> State:
    path = (event.group, event.audience)
    job = Job(Activity.ACTIVE, audience=event.audience, declared=True)
    # A new audience was never in a list; a known one may stay in the lists for a while.
    known = state.audiences.get(path, Audience())
    return state.with_audience(path, known, lagging=path in state.audiences).with_job((event.group, event.job), job)


def _after_end(state: State, event: ProspectingEnded) -> frozenset[State]:
    """Return the possible states; a job that had ended before, for example by a cancellation, may keep its outcome."""
    job = state.jobs.get((event.group, event.job), Job(Activity.OPEN))
    outcomes = {event.outcome, job.outcome} if job.activity is Activity.ENDED else {event.outcome}
    jobs = [replace(job, activity=Activity.ENDED, outcome=outcome, declared=True) for outcome in outcomes]
    path = (event.group, event.job)
    state = replace(state, unsettled=state.unsettled - {path})  # by the word of the target it has ended by now
    return frozenset().union(*(_after_outcome(state, path, ended) for ended in jobs))


def _after_outcome(state: State, path: Path, ended: Job) -> frozenset[State]:
    """Keep the audience of a completed job; whether it stays after another outcome is not documented."""
    after = state.with_job(path, ended)
    audience = (path[0], ended.audience or "")
    if audience not in after.audiences or after.is_populated(audience):
        return frozenset({after})
    kept = after.with_audience(audience, replace(after.audiences[audience], ready=True))
    return frozenset({kept}) if ended.outcome == "completed" else frozenset({kept, after.without_audience(audience)})
