"""The steps of a trace: every action of a client, and every change of state by the target.

No step depends on a response of the target: a choice counts the actors from the newest, again and again from the
beginning. So a trace can be repeated, as a whole or in part.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from conformance.catalogue import operations, permissions
from conformance.catalogue.jobs import OUTCOMES
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.catalogue.requirements import Profile
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.context import IDEMPOTENCY_KEY
from conformance.harness.deletions import ResourcePath
from conformance.harness.key import Key
from conformance.model.messages import Validity
from conformance.results.exchange import SUCCESS, Exchange
from conformance.stateful.actors import Actors
from conformance.stateful.bodies import body
from conformance.stateful.steps import SAME, SIMPLEST, StateChange, Step, StepChoice, StepKind
from conformance.stateful.trace import Trace
from conformance.stateful.trace_session import TraceSession
from conformance.states import WithheldError

_T = TypeVar("_T")
_PERMISSION_SETS = (
    ALL_PERMISSIONS,
    frozenset({permissions.AUDIENCES_READ.wire, permissions.PROSPECTS_READ.wire}),
    frozenset({permissions.AUDIENCES_WRITE.wire}),
    ALL_PERMISSIONS - {permissions.AUDIENCES_WRITE.wire},
    ALL_PERMISSIONS - {permissions.AUDIENCES_READ.wire},
    frozenset({permissions.PROSPECTING_READ.wire}),
    ALL_PERMISSIONS - {permissions.PROSPECTING_WRITE.wire},
)
_JOB_STATUSES = ("running", "queued")
_SOURCES = ("linkedin_search", "url_upload")
_IDEMPOTENCY_KEYS = ("a", "b", None)
_LIMITS = (None, 2)
_NEWEST_KEY, _NEWEST_KEY_IN_ITS_GROUP, _NO_KEY, _UNKNOWN_KEY = (15, 16), 17, 18, 19
"""The callers that are not the owner of the account group, of 20."""

_REVOKED_EVERY = 5


class StepRunner:
    """The client of one trace.

    Attributes:
        context: The context of the check.
        trace: The trace.
        actors: The actors of the trace.
        taken: The steps so far.
    """

    def __init__(self, session: TraceSession, sought: str | None = None) -> None:
        self.context = session.context
        self.trace = Trace(session, sought)
        self.actors = Actors(session, self.trace)
        self.taken: list[Step] = []
        self._has_jobs = session.context.profile is Profile.FULL
        self._has_folders = session.context.states.may_leave_folders

    def take(self, step: Step) -> None:
        """Take a step, unless its request is withheld; TraceEnded where the trace ends."""
        self.taken.append(step)
        with suppress(WithheldError):
            self._take(*step)

    def _take(self, kind: StepKind, choice: StepChoice) -> None:
        if isinstance(kind, OperationSpec) and self.context.client.methods.reason_against(kind.id) is not None:
            return  # the target lacks the method that is inferred for it
        if isinstance(kind, StateChange):
            self._apply_state(kind, choice)
        elif kind.resource is Resource.AUDIENCE:
            self._send_to_audience(kind, choice)
        elif kind in (operations.LIST_AUDIENCES, operations.GET_NAVIGATION):
            self._read_list(kind, choice)
        elif kind is operations.CREATE_AUDIENCE:
            group = self._owner(choice).group
            _add_created(self.actors.audiences, group, self._send(kind, choice, (group, "")), "id")
        elif kind in (operations.CREATE_FOLDER, operations.RENAME_FOLDER):
            self._send_to_folder(kind, choice)
        elif self._has_jobs:
            self._send_to_job(kind, choice)

    def _apply_state(self, change: StateChange, choice: StepChoice) -> None:
        """Let the target change its state; prepare an audience where there is no prospecting to end."""
        if change is StateChange.KEY_ISSUED:
            self._issue_key(choice)
        elif change is StateChange.KEY_REVOKED:
            self.actors.revoke_newest_key()
        elif change is StateChange.AUDIENCE_PREPARED or not self.actors.end_job(_newest(OUTCOMES, choice.pick)):
            self.actors.prepare_audience(self._owner(choice), _newest((None, *_JOB_STATUSES), choice.pick))

    def _issue_key(self, choice: StepChoice) -> None:
        groups = self.actors.groups
        group = groups[choice.group % len(groups)]
        if choice.body_variant % _REVOKED_EVERY == _REVOKED_EVERY - 1:
            self.actors.issue_revoked_key(group)
            return
        permission_set = _newest(_PERMISSION_SETS, choice.pick)
        is_new_group = permission_set == ALL_PERMISSIONS and choice.group == 0
        self.actors.issue_key(permission_set, None if is_new_group else group)

    def _send_to_audience(self, operation: OperationSpec, choice: StepChoice) -> None:
        """Send A3-A5, A7, A10 or A11; then perhaps A3, for the same audience or for another."""
        if not self.actors.has_audiences():
            self.actors.prepare_audience(self._owner(choice), None)
        if not self.actors.has_audiences():
            return
        path = self.actors.pick_audience(choice.audience)
        folder = ""
        if operation is operations.MOVE_TO_FOLDER:
            self._ensure_folder()
            if not self.actors.folders:
                return
            folder = _newest(self.actors.folders, choice.pick)[1]
        exchange = self._send(operation, choice, path, folder)
        if operation is operations.DELETE_AUDIENCE and exchange.status in SUCCESS:
            self.actors.mark_deleted(path)
        if choice.read_back is not None:
            path_to_read = path if choice.read_back == SAME else self.actors.pick_audience(choice.read_back)
            self._send(operations.GET_AUDIENCE, SIMPLEST, path_to_read)

    def _send_to_folder(self, operation: OperationSpec, choice: StepChoice) -> None:
        """Send A8 or A9."""
        self._ensure_folder()
        if operation is operations.RENAME_FOLDER and self.actors.folders:
            self._send(operation, choice, _newest(self.actors.folders, choice.pick))
        elif self._has_folders:
            self._create_folder(self._owner(choice).group, choice)

    def _ensure_folder(self) -> None:
        """Create a folder where there is none, if folders may be made."""
        if self._has_folders and not self.actors.folders:
            self._create_folder(self.actors.groups[0], SIMPLEST)

    def _create_folder(self, group: str, choice: StepChoice) -> None:
        exchange = self._send(operations.CREATE_FOLDER, choice, (group, ""))
        _add_created(self.actors.folders, group, exchange, "id")

    def _read_list(self, operation: OperationSpec, choice: StepChoice) -> None:
        """Read A1 or P3 to the last page, or A6 or X1."""
        key = self._caller(choice, self._owner(choice).group)
        limit = _newest(_LIMITS, choice.pick) if operation is operations.LIST_AUDIENCES else None
        if key.token:
            self.trace.read(operation, key, limit)
        else:
            self.trace.send(ApiRequest(operation, None, key.group))

    def _send_to_job(self, operation: OperationSpec, choice: StepChoice) -> None:
        """Send P1-P4 or X1; prepare a job where there is none to name."""
        if operation is operations.START_JOB:
            self._start_job(choice)
        elif operation.resource is not Resource.JOB:
            self._read_list(operation, choice)
        elif self.actors.jobs:
            self._send(operation, choice, _newest(self.actors.jobs, choice.pick))
        else:
            self.actors.prepare_audience(self._owner(choice), _newest(_JOB_STATUSES, choice.pick))

    def _start_job(self, choice: StepChoice) -> None:
        """Send P1, not in the first account group: a job may populate any audience of its group."""
        if not self.context.states.may_spend_credits:
            return
        if len(self.actors.groups) == 1:
            self.actors.issue_key(ALL_PERMISSIONS, None)
        owner = self.actors.owners[self.actors.groups[-1]]
        key = self._caller(choice, owner.group)
        idempotency_key = _newest(_IDEMPOTENCY_KEYS, choice.pick)
        start_body = self.context.start_body(owner, _newest(_SOURCES, choice.body_variant))
        name = f"{self.actors.name_prefix}-{idempotency_key}"
        headers = {} if idempotency_key is None else {IDEMPOTENCY_KEY: self.context.idempotency_key(name)}
        options = RequestOptions(headers)
        call = ApiRequest(operations.START_JOB, key.token or None, key.group, body=start_body, options=options)
        _add_created(self.actors.jobs, key.group, self.trace.send(call, Validity.DOUBTFUL), "jobId")

    def _owner(self, choice: StepChoice) -> Key:
        groups = self.actors.groups
        return self.actors.owners[groups[choice.group % len(groups)]]

    def _caller(self, choice: StepChoice, group: str) -> Key:
        """Return the key of a request, and its account group: mostly the owner; an empty token means no key."""
        if choice.caller in _NEWEST_KEY:
            return Key(self.actors.keys[-1].token, group)
        if choice.caller == _NEWEST_KEY_IN_ITS_GROUP:
            return self.actors.keys[-1]
        if choice.caller == _NO_KEY:
            return Key("", group)
        owner = self.actors.owners[group]
        if choice.caller == _UNKNOWN_KEY:
            return Key(next(iter(self.context.not_issued([f"{owner.token}x"])), ""), group)
        return owner

    def _send(self, operation: OperationSpec, choice: StepChoice, path: ResourcePath, folder: str = "") -> Exchange:
        """Send a request that names a resource, which may be deleted or of another kind."""
        group, identifier = path
        key = self._caller(choice, group)
        request_body, validity = body(operation, choice.body_variant, name=self.actors.new_name(), folder=folder)
        if validity is Validity.VALID and self.actors.was_never_audience(operation, (key.group, identifier)):
            validity = Validity.DOUBTFUL
        call = ApiRequest(operation, key.token or None, key.group, identifier, request_body)
        return self.trace.send(call, validity)


def _add_created(paths: list[ResourcePath], group: str, exchange: Exchange, member: str) -> None:
    """Add a created resource to the actors that can be chosen from now on."""
    identifier = json_at(exchange, "data", member)
    if exchange.status in SUCCESS and isinstance(identifier, str) and (group, identifier) not in paths:
        paths.append((group, identifier))


def _newest(items: Sequence[_T], number: int) -> _T:
    """Return an item by its number, counted from the last one, again and again from there."""
    return items[-1 - number % len(items)]
