"""What the target says by its provider states, and what a clock says: steps too, in which nothing is judged."""

from dataclasses import dataclass, replace

from conformance.model.state import Activity, Audience, Job, Key, State


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


def happen(state: State, event: Event) -> frozenset[State]:
    """The possible states after an event."""
    match event:
        case KeyIssued(key, permissions, groups, fresh):
            old = frozenset[str]() if fresh or groups is None else groups
            keys = state.keys.put(key, Key(permissions, groups))
            return frozenset({replace(state, keys=keys, hidden=state.hidden | old, unlisted=state.unlisted | old)})
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
    """What a job populated stays when it completed; nothing says so when it failed or was cancelled."""
    job = state.jobs.get((event.group, event.job), Job(Activity.OPEN))
    ended = replace(job, activity=Activity.ENDED, outcome=event.outcome, declared=True)
    after = state.with_job((event.group, event.job), ended)
    path = (event.group, job.audience or "")
    if path not in after.audiences or after.is_populated(path):
        return frozenset({after})
    stays = after.with_audience(path, replace(after.audiences[path], ready=True))
    return frozenset({stays}) if event.outcome == "completed" else frozenset({stays, after.without_audience(path)})
