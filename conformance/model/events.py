"""What the target says by its provider states, and what a clock says: steps too, in which nothing is judged."""

from dataclasses import dataclass, replace

from conformance.model.state import Activity, Audience, Job, Key, Path, State


@dataclass(frozen=True, slots=True)
class KeyIssued:
    """`an API key`. `groups`: its account groups; `fresh`: nothing was in them. None where nobody told."""

    key: str
    permissions: frozenset[str] | None
    groups: frozenset[str] | None
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """`the API key is revoked`; also what a teardown of the key does to it."""

    key: str


@dataclass(frozen=True, slots=True)
class AudienceReady:
    """`an audience that is ready`."""

    group: str
    audience: str


@dataclass(frozen=True, slots=True)
class AudiencePopulated:
    """`an audience being populated`: its job is active by the target's own word, until it is ended or cancelled."""

    group: str
    audience: str
    job: str


@dataclass(frozen=True, slots=True)
class ProspectingEnded:
    """`the prospecting has ended`. `outcome`: `completed`, `failed` or `cancelled`."""

    group: str
    job: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ListsSettled:
    """Two seconds have gone by since this audience, or job, last changed: the lists MUST show it from now on."""

    group: str
    identifier: str


Event = KeyIssued | KeyRevoked | AudienceReady | AudiencePopulated | ProspectingEnded | ListsSettled


def apply(state: State, event: Event) -> frozenset[State]:
    """The possible states after an event."""
    match event:
        case KeyIssued(key, permissions, groups, fresh):
            old = frozenset[str]() if fresh or groups is None else groups
            keys = state.keys.put(key, Key(permissions, groups))
            return frozenset(
                {
                    replace(
                        state,
                        keys=keys,
                        may_hold_unknown=state.may_hold_unknown | old,
                        may_have_unknown_jobs=state.may_have_unknown_jobs | old,
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
            return frozenset({_populated(state, event)})
        case ProspectingEnded():
            return _ended(state, event)
        case ListsSettled(group, identifier):
            return frozenset({replace(state, lagging=state.lagging - {(group, identifier)})})


def _populated(state: State, event: AudiencePopulated) -> State:
    path = (event.group, event.audience)
    job = Job(Activity.ACTIVE, audience=event.audience, declared=True)
    # A new one was never in a list; one that was may be shown there for a while.
    known = state.audiences.get(path, Audience())
    return state.with_audience(path, known, lagging=path in state.audiences).with_job((event.group, event.job), job)


def _ended(state: State, event: ProspectingEnded) -> frozenset[State]:
    """A job that has ended before, such as one that was cancelled, may keep the outcome that it had."""
    job = state.jobs.get((event.group, event.job), Job(Activity.OPEN))
    outcomes = {event.outcome, job.outcome} if job.activity is Activity.ENDED else {event.outcome}
    jobs = [replace(job, activity=Activity.ENDED, outcome=outcome, declared=True) for outcome in outcomes]
    return frozenset().union(*(_left(state, (event.group, event.job), ended) for ended in jobs))


def _left(state: State, path: Path, ended: Job) -> frozenset[State]:
    """What a job populated stays when it completed; nothing says so when it failed or was cancelled."""
    after = state.with_job(path, ended)
    audience = (path[0], ended.audience or "")
    if audience not in after.audiences or after.is_populated(audience):
        return frozenset({after})
    stays = after.with_audience(audience, replace(after.audiences[audience], ready=True))
    return frozenset({stays}) if ended.outcome == "completed" else frozenset({stays, after.without_audience(audience)})
