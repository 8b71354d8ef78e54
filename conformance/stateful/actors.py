"""Who and what takes part in a walk: keys, account groups, audiences, folders and jobs, the newest last."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from conformance.harness.context import Audience, Key
from conformance.model import AudiencePopulated, AudienceReady, KeyIssued, KeyRevoked, OperationId, ProspectingEnded
from conformance.model.operation import ALL_PERMISSIONS, ON_AUDIENCE
from conformance.stateful.trace import Walk, Walks
from conformance.states import NotEstablishedError, OverHttp

_T = TypeVar("_T")
GONE, OTHER_KIND, MADE_UP = -1, -2, -3
"""What to choose in place of an audience that is there, counted from the newest."""

Place = tuple[str, str]
"""Account group and identifier."""


class Cast:
    """All of them. It begins with a key that may do everything, and an audience of its account group."""

    def __init__(self, walks: Walks, walk: Walk) -> None:
        self._walks = walks
        self._walk = walk
        self._situation = walks.situation
        self._standing: list[tuple[str, dict[str, object]]] = []
        self._names = 0
        self.mark = f"{walks.situation.chance.getrandbits(32):08x}"
        self.owners: dict[str, Key] = {}
        self.keys: list[Key] = []
        self.audiences: list[Place] = []
        self.gone: list[Place] = []
        self.folders: list[Place] = []
        self.jobs: list[Place] = []
        self._populated: list[Audience] = []
        self._used: set[str] = set()
        with walks.foreseeing_nothing():
            self._first()
        self.audience(self.keys[0], None)
        walks.made += 1

    @property
    def groups(self) -> list[str]:
        """The account groups, the first one first."""
        return list(self.owners)

    def name(self) -> str:
        """A name that nothing else bears."""
        self._names += 1
        return f"{self.mark} {self._names}"

    def place(self, choice: int) -> Place:
        """An audience: one that is there, or the one that was deleted last; or what is none."""
        there = self.audiences if choice != GONE else self.gone
        known = there or self.audiences or self.gone
        group, identifier = known[-1 - max(choice, 0) % len(known)]
        if choice == OTHER_KIND:
            identifier = next((one for of, one in [*self.folders, *self.jobs] if of == group), identifier)
        if choice == MADE_UP:
            near = identifier[:-1] + ("0" if identifier[-1:] != "0" else "1")
            identifier = next(iter(self._situation.nowhere([near])), identifier)
        return (group, identifier)

    def is_odd(self, operation: OperationId, place: Place) -> bool:
        """Whether nothing of this kind was ever there: who knows what identifiers of the account group look like."""
        return operation in ON_AUDIENCE and place not in self.audiences and place not in self.gone

    def goes(self, place: Place) -> None:
        """An audience was deleted."""
        if place in self.audiences:
            self.audiences.remove(place)
            self.gone.append(place)

    # Who.

    def newcomer(self, permissions: frozenset[str], group: str | None) -> None:
        """Another key, of an account group that is there or of its own."""
        kind = "an API key of its own account group" if group is None else "an API key of the same account group"
        self._establish(kind, lambda: self._issue(permissions, group))

    def dead_newcomer(self, group: str) -> None:
        """A key of an account group that is there, which never was valid."""
        self._establish("an API key that is revoked from the start", lambda: self._issue_revoked(group))

    def _issue_revoked(self, group: str) -> None:
        key = self._situation.key(accountGroupId=group, status="revoked")
        self._stands("an API key", apiKey=key.token)
        self._walk.happened(KeyIssued(key.token, ALL_PERMISSIONS, frozenset({group})))
        self._walk.happened(KeyRevoked(key.token))
        self.keys.append(key)

    def _issue(self, permissions: frozenset[str], group: str | None) -> None:
        """A key; what is in its account group is known if the target has just made it, or it is one of this walk."""
        known = frozenset(self._situation.states.answered)
        named = () if permissions == ALL_PERMISSIONS else sorted(permissions)
        params = {} if group is None else {"accountGroupId": group}
        key = self._situation.key(*named, **params)
        self._stands("an API key", apiKey=key.token)
        is_new = isinstance(self._situation.states, OverHttp) and key.group not in known
        fresh = is_new or key.group in self.owners
        self._walk.happened(KeyIssued(key.token, permissions, frozenset({key.group}), fresh))
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
            if self._walks.home is None:
                raise
            self._issue(ALL_PERMISSIONS, self._walks.home)
        self._walks.home = self.keys[0].group

    def revoke(self) -> None:
        """Revoke the newest key, unless it is the one on which everything depends."""
        key = self.keys[-1]
        if key not in self.owners.values() and self._establish("the API key is revoked", lambda: self._revoke(key)):
            self._walk.happened(KeyRevoked(key.token))

    def _revoke(self, key: Key) -> bool:
        self._situation.states.setup("the API key is revoked", apiKey=key.token)
        self._stands("the API key is revoked", apiKey=key.token)
        return True

    # What.

    def audience(self, key: Key, job: str | None) -> None:
        """An audience that is ready, or one that a job of this status populates."""
        if job is None:
            made = self._establish("an audience that is ready", lambda: self._situation.ready(key))
        else:
            kind = f"an audience being populated, its job {job}"
            made = self._establish(kind, lambda: self._situation.populated(key, job))
        if made is None:
            return
        self.audiences.append((made.group, made.id))
        if made.job is None:
            self._stands("an audience that is ready", audienceId=made.id)
            self._walk.happened(AudienceReady(made.group, made.id))
        else:
            self._stands("an audience being populated", jobId=made.job)
            self._walk.happened(AudiencePopulated(made.group, made.id, made.job))
            self.jobs.append((made.group, made.job))
            self._populated.append(made)

    def end(self, outcome: str) -> bool:
        """End the prospecting that was begun last, of those that a request has not ended; False if there is none."""
        self._populated = [one for one in self._populated if self._walk.may_go_on((one.group, str(one.job)))]
        if not self._populated:
            return False
        audience = self._populated.pop()
        if self._establish(f"the prospecting has ended, {outcome}", lambda: self._end(audience, outcome)):
            self._walk.happened(ProspectingEnded(audience.group, str(audience.job), outcome))
        return True

    def _end(self, audience: Audience, outcome: str) -> bool:
        self._situation.end(audience, outcome)
        self._stands("the prospecting has ended", jobId=audience.job)
        return True

    def _establish(self, kind: str, establish: Callable[[], _T]) -> _T | None:
        """Bring a state about; None where the target cannot."""
        if kind in self._walks.unavailable:
            return None
        with self._walks.foreseeing_nothing():
            try:
                return establish()
            except NotEstablishedError:
                self._walks.unavailable.add(kind)
                return None

    def _stands(self, state: str, **params: object) -> None:
        self._standing.append((state, params))

    def leave(self) -> None:
        """Leave everything as it was. What an account group of its own had in it goes with its key."""
        with self._walks.foreseeing_nothing():
            self._leave()

    def _leave(self) -> None:
        for group, audience in [*self.audiences, *self.gone]:
            if group in self._used and any((group, audience) in state.audiences for state in self._walk.possible):
                self._situation.delete(Audience(group, audience), self.owners[group])
            self._situation.deletions.given_out(group, audience)
        for state, params in reversed(self._standing):
            with suppress(NotEstablishedError):
                self._situation.states.teardown(state, **params)
