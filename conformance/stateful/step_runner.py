"""The steps of a walk: whatever a client may do.

No step depends on what the target answers: what there is to choose from is counted from the newest, again and again
from the beginning. So a walk can be taken again, and part of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from conformance.catalogue.requirements import Profile
from conformance.client.client import Call, Extras
from conformance.client.contract import member
from conformance.harness.context import Key
from conformance.model import OperationId, Permission, Validity
from conformance.model.operation import ALL_PERMISSIONS, ON_AUDIENCE, ON_JOB
from conformance.results.verdicts import SUCCESS, Exchange
from conformance.stateful.actors import GONE, Cast, Place
from conformance.stateful.bodies import body
from conformance.stateful.trace import Walk, Walks

_T = TypeVar("_T")
_POWERS = (
    ALL_PERMISSIONS,
    frozenset({Permission.AUDIENCES_READ.wire, Permission.PROSPECTS_READ.wire}),
    frozenset({Permission.AUDIENCES_WRITE.wire}),
    ALL_PERMISSIONS - {Permission.AUDIENCES_WRITE.wire},
    ALL_PERMISSIONS - {Permission.AUDIENCES_READ.wire},
    frozenset({Permission.PROSPECTING_READ.wire}),
    ALL_PERMISSIONS - {Permission.PROSPECTING_WRITE.wire},
)
_JOBS = (None, "running", "queued")
_OUTCOMES = ("completed", "failed", "cancelled")
_SOURCES = ("linkedin_search", "url_upload")
_AGAIN = ("a", "b", None)
_LIMITS = (None, 2)
_NEWEST_KEY, _NEWEST_AT_HOME, _NOBODY, _STRANGER = (15, 16), 17, 18, 19
SAME = GONE
_COMES, _GOES, _IS_PREPARED, _ENDS = "a key comes", "a key goes", "an audience is prepared", "a prospecting ends"
_ONE_DEAD_IN = 5
STEPS: Sequence[OperationId | str] = (
    OperationId.GET_AUDIENCE,
    *(3 * (OperationId.UPDATE_AUDIENCE, OperationId.MOVE_TO_FOLDER, OperationId.CREATE_AUDIENCE)),
    *(2 * (OperationId.DELETE_AUDIENCE, OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION)),
    *(2 * (OperationId.REMOVE_FROM_FOLDER, OperationId.GET_AUDIENCE, OperationId.CANCEL_JOB, OperationId.START_JOB)),
    OperationId.LIST_PROSPECTS,
    OperationId.CREATE_FOLDER,
    OperationId.RENAME_FOLDER,
    OperationId.GET_JOB,
    OperationId.LIST_JOBS,
    OperationId.LIST_ACCOUNTS,
    *(_COMES, _GOES, _ENDS),
    *(2 * (_IS_PREPARED,)),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """What is left to chance in a step, the simplest always 0.

    `who` asks, of 20; `where`, in which account group; `which` audience; `form` of the body; `other`: one of whatever
    else there is to choose from; `look`: which audience to read afterwards, if any.
    """

    who: int
    where: int
    which: int
    form: int
    other: int
    look: int | None


SIMPLEST = Choice(who=0, where=0, which=0, form=0, other=0, look=None)
Step = tuple[OperationId | str, Choice]


class Wanderer:
    """A client on one walk. `taken`: its steps so far."""

    def __init__(self, walks: Walks, sought: str | None = None) -> None:
        self.situation = walks.situation
        self.walk = Walk(walks, sought)
        self.cast = Cast(walks, self.walk)
        self.taken: list[Step] = []
        self._has_jobs = walks.situation.profile is Profile.FULL
        self._has_folders = walks.situation.states.may_leave_folders

    def take(self, step: Step) -> None:
        """Take a step; BrokenError where the walk has come to its end."""
        self.taken.append(step)
        what, choice = step
        if isinstance(what, str):
            self._is_told(what, choice)
        elif what in ON_AUDIENCE:
            self._name_an_audience(what, choice)
        elif what in (OperationId.LIST_AUDIENCES, OperationId.GET_NAVIGATION):
            self._read(what, choice)
        elif what is OperationId.CREATE_AUDIENCE:
            group = self._owner(choice).group
            _keep(self.cast.audiences, group, self._send(what, choice, (group, "")), "id")
        elif what in (OperationId.CREATE_FOLDER, OperationId.RENAME_FOLDER):
            self._folder(what, choice)
        elif self._has_jobs:
            self._prospect(what, choice)

    def _is_told(self, what: str, choice: Choice) -> None:
        """The target prepares something."""
        if what == _COMES:
            groups = self.cast.groups
            if choice.form % _ONE_DEAD_IN == _ONE_DEAD_IN - 1:
                self.cast.dead_newcomer(groups[choice.where % len(groups)])
                return
            powers = _newest(_POWERS, choice.other)
            own = powers == ALL_PERMISSIONS and choice.where == 0
            self.cast.newcomer(powers, None if own else groups[choice.where % len(groups)])
        elif what == _GOES:
            self.cast.revoke()
        elif what == _IS_PREPARED or not self.cast.end(_newest(_OUTCOMES, choice.other)):
            self.cast.audience(self._owner(choice), _newest(_JOBS, choice.other))

    def _name_an_audience(self, operation: OperationId, choice: Choice) -> None:
        """A3-A5, A7, A10, A11; and perhaps A3, of the same audience or of another."""
        place = self.cast.place(choice.which)
        folder = ""
        if operation is OperationId.MOVE_TO_FOLDER:
            self._has_a_folder()
            if not self.cast.folders:
                return
            folder = _newest(self.cast.folders, choice.other)[1]
        exchange = self._send(operation, choice, place, folder)
        if operation is OperationId.DELETE_AUDIENCE and exchange.status in SUCCESS:
            self.cast.goes(place)
        if choice.look is not None:
            seen = place if choice.look == SAME else self.cast.place(choice.look)
            self._send(OperationId.GET_AUDIENCE, SIMPLEST, seen)

    def _folder(self, operation: OperationId, choice: Choice) -> None:
        """A8, A9."""
        self._has_a_folder()
        if operation is OperationId.RENAME_FOLDER and self.cast.folders:
            self._send(operation, choice, _newest(self.cast.folders, choice.other))
        elif self._has_folders:
            group = self._owner(choice).group
            _keep(self.cast.folders, group, self._send(OperationId.CREATE_FOLDER, choice, (group, "")), "id")

    def _has_a_folder(self) -> None:
        """There is one, if there may be."""
        if self._has_folders and not self.cast.folders:
            group = self.cast.groups[0]
            made = self._send(OperationId.CREATE_FOLDER, SIMPLEST, (group, ""))
            _keep(self.cast.folders, group, made, "id")

    def _read(self, operation: OperationId, choice: Choice) -> None:
        """A1 and P3 to their last page, A6, X1."""
        key = self._caller(choice, self._owner(choice).group)
        limit = _newest(_LIMITS, choice.other) if operation is OperationId.LIST_AUDIENCES else None
        if key.token:
            self.walk.read(operation, key, limit)
        else:
            self.walk.send(Call(operation, None, key.group))

    def _prospect(self, operation: OperationId, choice: Choice) -> None:
        """P1-P4, X1; where there is no job to name, one begins."""
        if operation is OperationId.START_JOB:
            self._start(choice)
        elif operation not in ON_JOB:
            self._read(operation, choice)
        elif self.cast.jobs:
            self._send(operation, choice, _newest(self.cast.jobs, choice.other))
        else:
            self.cast.audience(self._owner(choice), _newest(_JOBS[1:], choice.other))

    def _start(self, choice: Choice) -> None:
        """P1, not in the first account group: what a job populates may be anything in its own."""
        if not self.situation.states.may_spend_credits:
            return
        if len(self.cast.groups) == 1:
            self.cast.newcomer(ALL_PERMISSIONS, None)
        owner = self.cast.owners[self.cast.groups[-1]]
        key = self._caller(choice, owner.group)
        again = _newest(_AGAIN, choice.other)
        headers = {} if again is None else {"Idempotency-Key": f"{self.cast.mark}-{again}"}
        sent = self.situation.prospecting(owner, _newest(_SOURCES, choice.form))
        call = Call(OperationId.START_JOB, key.token or None, key.group, body=sent, extras=Extras(headers))
        _keep(self.cast.jobs, key.group, self.walk.send(call, Validity.DOUBTFUL), "jobId")

    def _owner(self, choice: Choice) -> Key:
        groups = self.cast.groups
        return self.cast.owners[groups[choice.where % len(groups)]]

    def _caller(self, choice: Choice, group: str) -> Key:
        """Who asks, and in which account group: mostly who may; an empty token is none."""
        if choice.who in _NEWEST_KEY:
            return Key(self.cast.keys[-1].token, group)
        if choice.who == _NEWEST_AT_HOME:
            return self.cast.keys[-1]
        if choice.who == _NOBODY:
            return Key("", group)
        owner = self.cast.owners[group]
        if choice.who == _STRANGER:
            return Key(next(iter(self.situation.nowhere([f"{owner.token}x"])), ""), group)
        return owner

    def _send(self, operation: OperationId, choice: Choice, place: Place, folder: str = "") -> Exchange:
        """A request that names what is there, or was, or is of another kind."""
        key = self._caller(choice, place[0])
        sent, validity = body(operation, choice.form, name=self.cast.name(), folder=folder)
        if validity is Validity.VALID and self.cast.is_odd(operation, (key.group, place[1])):
            validity = Validity.DOUBTFUL
        return self.walk.send(Call(operation, key.token or None, key.group, place[1], sent), validity)


def _keep(known: list[Place], group: str, exchange: Exchange, name: str) -> None:
    """What was made is there to be chosen from now on."""
    identifier = member(exchange, "data", name)
    if exchange.status in SUCCESS and isinstance(identifier, str) and (group, identifier) not in known:
        known.append((group, identifier))


def _newest(things: Sequence[_T], place: int) -> _T:
    return things[-1 - place % len(things)]
