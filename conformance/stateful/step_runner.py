"""The steps of a walk: whatever a client may do.

No step depends on what the target answers: what there is to choose from is counted from the newest, again and again
from the beginning. So a walk can be taken again, and part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from conformance.catalogue import operations, permissions
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.catalogue.requirements import Profile
from conformance.client.client import ApiRequest, RequestOptions
from conformance.client.contract import json_at
from conformance.harness.key import Key
from conformance.model.messages import Validity
from conformance.results.exchange import SUCCESS, Exchange
from conformance.stateful.actors import GONE, Actors, ResourcePath
from conformance.stateful.bodies import body
from conformance.stateful.trace import Trace, TraceSession

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
_JOBS = (None, "running", "queued")
_OUTCOMES = ("completed", "failed", "cancelled")
_SOURCES = ("linkedin_search", "url_upload")
_AGAIN = ("a", "b", None)
_LIMITS = (None, 2)
_NEWEST_KEY, _NEWEST_AT_HOME, _NOBODY, _STRANGER = (15, 16), 17, 18, 19
SAME = GONE
_COMES, _GOES, _IS_PREPARED, _ENDS = "a key comes", "a key goes", "an audience is prepared", "a prospecting ends"
_REVOKED_EVERY = 5
STEPS: Sequence[OperationSpec | str] = (
    *(operation for operation in operations.OPERATIONS for _ in range(operation.trace_weight)),
    *(_COMES, _GOES, _ENDS),
    *(2 * (_IS_PREPARED,)),
)


@dataclass(frozen=True, slots=True)
class StepChoice:
    """What is left to chance in a step, the simplest always 0.

    `who` asks, of 20; `where`, in which account group; `which` audience; `form` of the body; `other`: one of whatever
    else there is to choose from; `look`: which audience to read afterwards, if any.
    """

    caller: int
    group: int
    audience: int
    body_variant: int
    pick: int
    read_back: int | None


SIMPLEST = StepChoice(caller=0, group=0, audience=0, body_variant=0, pick=0, read_back=None)
Step = tuple[OperationSpec | str, StepChoice]


class StepRunner:
    """A client on one walk. `taken`: its steps so far."""

    def __init__(self, walks: TraceSession, sought: str | None = None) -> None:
        self.context = walks.context
        self.trace = Trace(walks, sought)
        self.actors = Actors(walks, self.trace)
        self.taken: list[Step] = []
        self._has_jobs = walks.context.profile is Profile.FULL
        self._has_folders = walks.context.states.may_leave_folders

    def take(self, step: Step) -> None:
        """Take a step; BrokenError where the walk has come to its end."""
        self.taken.append(step)
        what, choice = step
        if isinstance(what, str):
            self._apply_state(what, choice)
        elif what.resource is Resource.AUDIENCE:
            self._name_an_audience(what, choice)
        elif what in (operations.LIST_AUDIENCES, operations.GET_NAVIGATION):
            self._read(what, choice)
        elif what is operations.CREATE_AUDIENCE:
            group = self._owner(choice).group
            _keep(self.actors.audiences, group, self._send(what, choice, (group, "")), "id")
        elif what in (operations.CREATE_FOLDER, operations.RENAME_FOLDER):
            self._folder(what, choice)
        elif self._has_jobs:
            self._prospect(what, choice)

    def _apply_state(self, what: str, choice: StepChoice) -> None:
        """The target prepares something."""
        if what == _COMES:
            groups = self.actors.groups
            if choice.body_variant % _REVOKED_EVERY == _REVOKED_EVERY - 1:
                self.actors.issue_revoked_key(groups[choice.group % len(groups)])
                return
            powers = _newest(_PERMISSION_SETS, choice.pick)
            own = powers == ALL_PERMISSIONS and choice.group == 0
            self.actors.issue_key(powers, None if own else groups[choice.group % len(groups)])
        elif what == _GOES:
            self.actors.revoke()
        elif what == _IS_PREPARED or not self.actors.end_job(_newest(_OUTCOMES, choice.pick)):
            self.actors.prepare_audience(self._owner(choice), _newest(_JOBS, choice.pick))

    def _name_an_audience(self, operation: OperationSpec, choice: StepChoice) -> None:
        """A3-A5, A7, A10, A11; and perhaps A3, of the same audience or of another."""
        place = self.actors.pick_audience(choice.audience)
        folder = ""
        if operation is operations.MOVE_TO_FOLDER:
            self._has_a_folder()
            if not self.actors.folders:
                return
            folder = _newest(self.actors.folders, choice.pick)[1]
        exchange = self._send(operation, choice, place, folder)
        if operation is operations.DELETE_AUDIENCE and exchange.status in SUCCESS:
            self.actors.mark_deleted(place)
        if choice.read_back is not None:
            seen = place if choice.read_back == SAME else self.actors.pick_audience(choice.read_back)
            self._send(operations.GET_AUDIENCE, SIMPLEST, seen)

    def _folder(self, operation: OperationSpec, choice: StepChoice) -> None:
        """A8, A9."""
        self._has_a_folder()
        if operation is operations.RENAME_FOLDER and self.actors.folders:
            self._send(operation, choice, _newest(self.actors.folders, choice.pick))
        elif self._has_folders:
            group = self._owner(choice).group
            _keep(self.actors.folders, group, self._send(operations.CREATE_FOLDER, choice, (group, "")), "id")

    def _has_a_folder(self) -> None:
        """There is one, if there may be."""
        if self._has_folders and not self.actors.folders:
            group = self.actors.groups[0]
            made = self._send(operations.CREATE_FOLDER, SIMPLEST, (group, ""))
            _keep(self.actors.folders, group, made, "id")

    def _read(self, operation: OperationSpec, choice: StepChoice) -> None:
        """A1 and P3 to their last page, A6, X1."""
        key = self._caller(choice, self._owner(choice).group)
        limit = _newest(_LIMITS, choice.pick) if operation is operations.LIST_AUDIENCES else None
        if key.token:
            self.trace.read(operation, key, limit)
        else:
            self.trace.send(ApiRequest(operation, None, key.group))

    def _prospect(self, operation: OperationSpec, choice: StepChoice) -> None:
        """P1-P4, X1; where there is no job to name, one begins."""
        if operation is operations.START_JOB:
            self._start(choice)
        elif operation.resource is not Resource.JOB:
            self._read(operation, choice)
        elif self.actors.jobs:
            self._send(operation, choice, _newest(self.actors.jobs, choice.pick))
        else:
            self.actors.prepare_audience(self._owner(choice), _newest(_JOBS[1:], choice.pick))

    def _start(self, choice: StepChoice) -> None:
        """P1, not in the first account group: what a job populates may be anything in its own."""
        if not self.context.states.may_spend_credits:
            return
        if len(self.actors.groups) == 1:
            self.actors.issue_key(ALL_PERMISSIONS, None)
        owner = self.actors.owners[self.actors.groups[-1]]
        key = self._caller(choice, owner.group)
        again = _newest(_AGAIN, choice.pick)
        headers = {} if again is None else {"Idempotency-Key": f"{self.actors.name_prefix}-{again}"}
        sent = self.context.start_body(owner, _newest(_SOURCES, choice.body_variant))
        call = ApiRequest(
            operations.START_JOB, key.token or None, key.group, body=sent, options=RequestOptions(headers)
        )
        _keep(self.actors.jobs, key.group, self.trace.send(call, Validity.DOUBTFUL), "jobId")

    def _owner(self, choice: StepChoice) -> Key:
        groups = self.actors.groups
        return self.actors.owners[groups[choice.group % len(groups)]]

    def _caller(self, choice: StepChoice, group: str) -> Key:
        """Who asks, and in which account group: mostly who may; an empty token is none."""
        if choice.caller in _NEWEST_KEY:
            return Key(self.actors.keys[-1].token, group)
        if choice.caller == _NEWEST_AT_HOME:
            return self.actors.keys[-1]
        if choice.caller == _NOBODY:
            return Key("", group)
        owner = self.actors.owners[group]
        if choice.caller == _STRANGER:
            return Key(next(iter(self.context.not_issued([f"{owner.token}x"])), ""), group)
        return owner

    def _send(self, operation: OperationSpec, choice: StepChoice, place: ResourcePath, folder: str = "") -> Exchange:
        """A request that names what is there, or was, or is of another kind."""
        key = self._caller(choice, place[0])
        sent, validity = body(operation, choice.body_variant, name=self.actors.new_name(), folder=folder)
        if validity is Validity.VALID and self.actors.is_odd(operation, (key.group, place[1])):
            validity = Validity.DOUBTFUL
        return self.trace.send(ApiRequest(operation, key.token or None, key.group, place[1], sent), validity)


def _keep(known: list[ResourcePath], group: str, exchange: Exchange, name: str) -> None:
    """What was made is there to be chosen from now on."""
    identifier = json_at(exchange, "data", name)
    if exchange.status in SUCCESS and isinstance(identifier, str) and (group, identifier) not in known:
        known.append((group, identifier))


def _newest(things: Sequence[_T], place: int) -> _T:
    return things[-1 - place % len(things)]
