"""Who and what takes part in a walk: keys, account groups, audiences, folders and jobs, the newest last."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.harness.context import Audience
from conformance.harness.key import Key
from conformance.model.events import AudiencePopulated, AudienceReady, KeyIssued, KeyRevoked, ProspectingEnded
from conformance.stateful.trace import Trace, TraceSession
from conformance.states import HttpStates, NotEstablishedError

_T = TypeVar("_T")
GONE, OTHER_KIND, MADE_UP = -1, -2, -3
"""What to choose in place of an audience that is there, counted from the newest."""

ResourcePath = tuple[str, str]
"""Account group and identifier."""


class Actors:
    """All of them. It begins with a key that may do everything, and an audience of its account group."""

    def __init__(self, walks: TraceSession, walk: Trace) -> None:
        self._session = walks
        self._trace = walk
        self._context = walks.context
        self._remembered_states: list[tuple[str, dict[str, object]]] = []
        self._names = 0
        self.name_prefix = f"{walks.context.random.getrandbits(32):08x}"
        self.owners: dict[str, Key] = {}
        self.keys: list[Key] = []
        self.audiences: list[ResourcePath] = []
        self.deleted: list[ResourcePath] = []
        self.folders: list[ResourcePath] = []
        self.jobs: list[ResourcePath] = []
        self._populated: list[Audience] = []
        self._used: set[str] = set()
        with walks.abandon_on_error():
            self._first()
        self.prepare_audience(self.keys[0], None)
        walks.trace_count += 1

    @property
    def groups(self) -> list[str]:
        """The account groups, the first one first."""
        return list(self.owners)

    def new_name(self) -> str:
        """A name that nothing else bears."""
        self._names += 1
        return f"{self.name_prefix} {self._names}"

    def pick_audience(self, choice: int) -> ResourcePath:
        """An audience: one that is there, or the one that was deleted last; or what is none."""
        there = self.audiences if choice != GONE else self.deleted
        known = there or self.audiences or self.deleted
        group, identifier = known[-1 - max(choice, 0) % len(known)]
        if choice == OTHER_KIND:
            identifier = next((one for of, one in [*self.folders, *self.jobs] if of == group), identifier)
        if choice == MADE_UP:
            near = identifier[:-1] + ("0" if identifier[-1:] != "0" else "1")
            identifier = next(iter(self._context.not_issued([near])), identifier)
        return (group, identifier)

    def is_odd(self, operation: OperationSpec, place: ResourcePath) -> bool:
        """Whether nothing of this kind was ever there: who knows what identifiers of the account group look like."""
        return operation.resource is Resource.AUDIENCE and place not in self.audiences and place not in self.deleted

    def mark_deleted(self, place: ResourcePath) -> None:
        """An audience was deleted."""
        if place in self.audiences:
            self.audiences.remove(place)
            self.deleted.append(place)

    # Who.

    def issue_key(self, permissions: frozenset[str], group: str | None) -> None:
        """Another key, of an account group that is there or of its own."""
        kind = "an API key of its own account group" if group is None else "an API key of the same account group"
        self._establish(kind, lambda: self._issue(permissions, group))

    def issue_revoked_key(self, group: str) -> None:
        """A key of an account group that is there, which never was valid."""
        self._establish("an API key that is revoked from the start", lambda: self._issue_revoked(group))

    def _issue_revoked(self, group: str) -> None:
        key = self._context.create_key(accountGroupId=group, status="revoked")
        self._remember_state("an API key", apiKey=key.token)
        self._trace.apply_event(KeyIssued(key.token, ALL_PERMISSIONS, frozenset({group})))
        self._trace.apply_event(KeyRevoked(key.token))
        self.keys.append(key)

    def _issue(self, permissions: frozenset[str], group: str | None) -> None:
        """A key; what is in its account group is known if the target has just made it, or it is one of this walk."""
        known = frozenset(self._context.states.answered)
        named = () if permissions == ALL_PERMISSIONS else sorted(permissions)
        params = {} if group is None else {"accountGroupId": group}
        key = self._context.create_key(*named, **params)
        self._remember_state("an API key", apiKey=key.token)
        is_new = isinstance(self._context.states, HttpStates) and key.group not in known
        fresh = is_new or key.group in self.owners
        self._trace.apply_event(KeyIssued(key.token, permissions, frozenset({key.group}), fresh))
        self.keys.append(key)
        if permissions == ALL_PERMISSIONS:
            self.owners.setdefault(key.group, key)
        if not fresh:
            self._used.add(key.group)

    def _first(self) -> None:
        """The key that a walk begins with; from where there are few, the same again."""
        try:
            self._issue(ALL_PERMISSIONS, None)
        except NotEstablishedError:
            if self._session.home is None:
                raise
            self._issue(ALL_PERMISSIONS, self._session.home)
        self._session.home = self.keys[0].group

    def revoke(self) -> None:
        """Revoke the newest key, unless it is the one on which everything depends."""
        key = self.keys[-1]
        if key not in self.owners.values() and self._establish("the API key is revoked", lambda: self._revoke(key)):
            self._trace.apply_event(KeyRevoked(key.token))

    def _revoke(self, key: Key) -> bool:
        self._context.states.setup("the API key is revoked", apiKey=key.token)
        self._remember_state("the API key is revoked", apiKey=key.token)
        return True

    # What.

    def prepare_audience(self, key: Key, job: str | None) -> None:
        """An audience that is ready, or one that a job of this status populates."""
        if job is None:
            made = self._establish("an audience that is ready", lambda: self._context.ready_audience(key))
        else:
            kind = f"an audience being populated, its job {job}"
            made = self._establish(kind, lambda: self._context.populated_audience(key, job))
        if made is None:
            return
        self.audiences.append((made.group, made.id))
        if made.job is None:
            self._remember_state("an audience that is ready", audienceId=made.id)
            self._trace.apply_event(AudienceReady(made.group, made.id))
        else:
            self._remember_state("an audience being populated", jobId=made.job)
            self._trace.apply_event(AudiencePopulated(made.group, made.id, made.job))
            self.jobs.append((made.group, made.job))
            self._populated.append(made)

    def end_job(self, outcome: str) -> bool:
        """End the prospecting that was begun last, of those that a request has not ended; False if there is none."""
        self._populated = [one for one in self._populated if self._trace.may_go_on((one.group, str(one.job)))]
        if not self._populated:
            return False
        audience = self._populated.pop()
        if self._establish(f"the prospecting has ended, {outcome}", lambda: self._end(audience, outcome)):
            self._trace.apply_event(ProspectingEnded(audience.group, str(audience.job), outcome))
        return True

    def _end(self, audience: Audience, outcome: str) -> bool:
        self._context.end_job(audience, outcome)
        self._remember_state("the prospecting has ended", jobId=audience.job)
        return True

    def _establish(self, kind: str, establish: Callable[[], _T]) -> _T | None:
        """Bring a state about; None where the target cannot."""
        if kind in self._session.unavailable:
            return None
        with self._session.abandon_on_error():
            try:
                return establish()
            except NotEstablishedError:
                self._session.unavailable.add(kind)
                return None

    def _remember_state(self, state: str, **params: object) -> None:
        self._remembered_states.append((state, params))

    def teardown(self) -> None:
        """Leave everything as it was. What an account group of its own had in it goes with its key."""
        with self._session.abandon_on_error():
            self._teardown()

    def _teardown(self) -> None:
        for group, audience in [*self.audiences, *self.deleted]:
            if group in self._used and any((group, audience) in state.audiences for state in self._trace.possible):
                self._context.delete_audience(Audience(group, audience), self.owners[group])
            self._context.deletions.mark_reissued(group, audience)
        for state, params in reversed(self._remembered_states):
            with suppress(NotEstablishedError):
                self._context.states.teardown(state, **params)
