"""The actors of a trace: keys, account groups, audiences, folders and jobs, the newest last (Hypothesis: bundles)."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.harness.context import Audience
from conformance.harness.deletions import ResourcePath
from conformance.harness.key import Key
from conformance.model.events import AudiencePopulated, AudienceReady, KeyIssued, KeyRevoked, ProspectingEnded
from conformance.stateful.trace import Trace
from conformance.stateful.trace_session import TraceSession
from conformance.states import HttpStates, NotEstablishedError, ProviderState, WithheldError

_T = TypeVar("_T")
GONE, OTHER_KIND, MADE_UP = -1, -2, -3
"""Choices instead of an existing audience, whose choice is its number counted from the newest."""


class Actors:
    """The actors of one trace. A trace begins with a key that has all permissions, and an audience of its group.

    Attributes:
        name_prefix: The first part of all names of the trace.
        owners: The first key with all permissions of each account group.
        keys: All keys.
        audiences: The existing audiences.
        deleted: The deleted audiences.
        folders: The folders.
        jobs: The jobs.
    """

    def __init__(self, session: TraceSession, trace: Trace) -> None:
        self._session = session
        self._trace = trace
        self._context = session.context
        self._remembered_states: list[tuple[str, dict[str, object]]] = []
        self._name_count = 0
        self.name_prefix = f"{session.context.random.getrandbits(32):08x}"
        self.owners: dict[str, Key] = {}
        self.keys: list[Key] = []
        self.audiences: list[ResourcePath] = []
        self.deleted: list[ResourcePath] = []
        self.folders: list[ResourcePath] = []
        self.jobs: list[ResourcePath] = []
        self._populated_audiences: list[Audience] = []
        self._shared_groups: set[str] = set()
        with session.abandon_on_error():
            self._issue_first_key()
        self.prepare_audience(self.keys[0], None)
        session.trace_count += 1

    @property
    def groups(self) -> list[str]:
        """The account groups, the first one first."""
        return list(self.owners)

    def new_name(self) -> str:
        """Return a name that is not in use."""
        self._name_count += 1
        return f"{self.name_prefix} {self._name_count}"

    def has_audiences(self) -> bool:
        """Return whether there is an audience, existing or deleted."""
        return bool(self.audiences or self.deleted)

    def pick_audience(self, choice: int) -> ResourcePath:
        """Return an audience.

        Args:
            choice: The number of an existing audience, counted from the newest; or GONE, for the audience that was
                deleted last; OTHER_KIND, for a folder or a job instead; MADE_UP, for an identifier of nothing.
        """
        preferred = self.audiences if choice != GONE else self.deleted
        paths = preferred or self.audiences or self.deleted
        group, identifier = paths[-1 - max(choice, 0) % len(paths)]
        if choice == OTHER_KIND:
            others = (other for other_group, other in [*self.folders, *self.jobs] if other_group == group)
            identifier = next(others, identifier)
        if choice == MADE_UP:
            near_misses = self._context.near_misses(identifier, Resource.AUDIENCE, len(identifier) - 1)
            identifier = next(iter(near_misses), identifier)
        return (group, identifier)

    def was_never_audience(self, operation: OperationSpec, path: ResourcePath) -> bool:
        """Return whether an operation on audiences names a path that never was one: its identifier may be invalid."""
        return operation.resource is Resource.AUDIENCE and path not in self.audiences and path not in self.deleted

    def mark_deleted(self, path: ResourcePath) -> None:
        """Move an audience to the deleted ones."""
        if path in self.audiences:
            self.audiences.remove(path)
            self.deleted.append(path)

    # Keys.

    def issue_key(self, permissions: frozenset[str], group: str | None) -> None:
        """Issue another key, of an existing account group or, without one, of a group of its own."""
        kind = "an API key of its own account group" if group is None else "an API key of the same account group"
        self._establish(kind, lambda: self._issue_key(permissions, group))

    def issue_revoked_key(self, group: str) -> None:
        """Issue a key of an existing account group that was never valid."""
        self._establish("an API key that is revoked from the start", lambda: self._issue_revoked_key(group))

    def _issue_revoked_key(self, group: str) -> None:
        key = self._context.create_key(accountGroupId=group, status="revoked")
        self._remember_state(ProviderState.API_KEY, apiKey=key.token)
        self._trace.apply_event(KeyIssued(key.token, ALL_PERMISSIONS, frozenset({group})))
        self._trace.apply_event(KeyRevoked(key.token))
        self.keys.append(key)

    def _issue_key(self, permissions: frozenset[str], group: str | None) -> None:
        """Issue a key. The contents of its group are known if the target has just made it, or this trace has."""
        issued_before = frozenset(self._context.states.issued)
        named = () if permissions == ALL_PERMISSIONS else sorted(permissions)
        params = {} if group is None else {"accountGroupId": group}
        key = self._context.create_key(*named, **params)
        self._remember_state(ProviderState.API_KEY, apiKey=key.token)
        is_new_group = isinstance(self._context.states, HttpStates) and key.group not in issued_before
        is_known = is_new_group or key.group in self.owners
        self._trace.apply_event(KeyIssued(key.token, permissions, frozenset({key.group}), is_known))
        self.keys.append(key)
        if permissions == ALL_PERMISSIONS:
            self.owners.setdefault(key.group, key)
        if not is_known:
            self._shared_groups.add(key.group)

    def _issue_first_key(self) -> None:
        """Issue the first key of the trace; where new groups cannot be had, of the same group as the last trace."""
        try:
            self._issue_key(ALL_PERMISSIONS, None)
        except NotEstablishedError:
            if self._session.home is None:
                raise
            self._issue_key(ALL_PERMISSIONS, self._session.home)
        self._session.home = self.keys[0].group

    def revoke_newest_key(self) -> None:
        """Revoke the newest key, unless it is the owner of an account group."""
        key = self.keys[-1]
        if key not in self.owners.values() and self._establish(ProviderState.KEY_REVOKED, lambda: self._revoke(key)):
            self._trace.apply_event(KeyRevoked(key.token))

    def _revoke(self, key: Key) -> bool:
        self._context.states.setup(ProviderState.KEY_REVOKED, apiKey=key.token)
        self._remember_state(ProviderState.KEY_REVOKED, apiKey=key.token)
        return True

    # Audiences and jobs.

    def prepare_audience(self, key: Key, job_status: str | None) -> None:
        """Set up an audience that a job of some status populates, or without one an audience that is ready."""
        if job_status is None:
            audience = self._establish(ProviderState.READY_AUDIENCE, lambda: self._context.ready_audience(key))
        else:
            kind = f"{ProviderState.POPULATED_AUDIENCE}, its job {job_status}"
            audience = self._establish(kind, lambda: self._context.populated_audience(key, job_status))
        if audience is None:
            return
        self.audiences.append((audience.group, audience.id))
        if audience.job is None:
            self._remember_state(ProviderState.READY_AUDIENCE, audienceId=audience.id)
            self._trace.apply_event(AudienceReady(audience.group, audience.id))
        else:
            self._remember_state(ProviderState.POPULATED_AUDIENCE, jobId=audience.job)
            self._trace.apply_event(AudiencePopulated(audience.group, audience.id, audience.job))
            self.jobs.append((audience.group, audience.job))
            self._populated_audiences.append(audience)

    def end_job(self, outcome: str) -> bool:
        """End the newest prospecting that no request has ended, and return whether there was one."""
        self._populated_audiences = [
            audience
            for audience in self._populated_audiences
            if self._trace.may_be_active((audience.group, str(audience.job)))
        ]
        if not self._populated_audiences:
            return False
        audience = self._populated_audiences.pop()
        kind = f"{ProviderState.PROSPECTING_ENDED}, {outcome}"
        if self._establish(kind, lambda: self._end_job(audience, outcome)):
            self._trace.apply_event(ProspectingEnded(audience.group, str(audience.job), outcome))
        return True

    def _end_job(self, audience: Audience, outcome: str) -> bool:
        self._context.end_job(audience, outcome)
        self._remember_state(ProviderState.PROSPECTING_ENDED, jobId=audience.job)
        return True

    def _establish(self, kind: str, establish: Callable[[], _T]) -> _T | None:
        """Establish a state, and return its result; None where the target cannot, which is not tried again."""
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
        """Tear all states down. The contents of a group that the trace has to itself are deleted with its key."""
        with self._session.abandon_on_error():
            self._delete_audiences_of_shared_groups()
            for state, params in reversed(self._remembered_states):
                with suppress(NotEstablishedError):
                    self._context.states.teardown(state, **params)

    def _delete_audiences_of_shared_groups(self) -> None:
        for group, audience in [*self.audiences, *self.deleted]:
            may_exist = any((group, audience) in state.audiences for state in self._trace.possible)
            if group in self._shared_groups and may_exist:
                with suppress(WithheldError):
                    self._context.delete_audience(Audience(group, audience), self.owners[group])
            self._context.deletions.mark_reissued(group, audience)
