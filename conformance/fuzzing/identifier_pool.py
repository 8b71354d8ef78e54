"""Real identifiers for generated requests, made when they are first asked for and again when they are used up."""

import itertools
from enum import Enum

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.states import NotEstablishedError


class Kind(Enum):
    """What an identifier is one of."""

    READY = "ready"
    POPULATED = "being populated by an active job"
    DELETED = "deleted"
    ACTIVE = "an active job"
    ENDED = "a job that has ended"
    FOLDER = "a folder"


_AUDIENCES = (Kind.READY, Kind.POPULATED, Kind.DELETED)
_SOUND = frozenset({Kind.READY, Kind.ACTIVE, Kind.FOLDER})
_JOBS = (Kind.ACTIVE, Kind.ENDED)


class IdentifierPool:
    """What is handed out in one account group."""

    def __init__(self, context: CheckContext, key: Key) -> None:
        self._context = context
        self._key = key
        self._stock: dict[Kind, str] = {}
        self._had: set[Kind] = set()
        self._out: set[Kind] = set()
        self._turns = itertools.count(context.random.randrange(len(Kind)))

    def has(self, identifier: str) -> bool:
        """Whether the target itself has given out an identifier, or the account group's."""
        return identifier in {self._key.group, *self._stock.values()} or identifier in self._context.states.issued

    def kind(self, operation: OperationSpec, *, sound: bool) -> Kind | None:
        """What the next request is to name, if anything: each kind in turn. `sound`: nothing may stand against it."""
        kinds = _kinds(operation)
        if not kinds or sound:
            return kinds[0] if kinds else None
        return kinds[next(self._turns) % len(kinds)]

    def identifier(self, kind: Kind) -> str | None:
        """One of a kind; None where there is none, or none any more.

        NotEstablishedError where there never was one that nothing stands against: then there is nothing to be shown.
        """
        if kind not in self._stock and kind not in self._out:
            try:
                self._stock[kind] = self._made(kind)
            except NotEstablishedError:
                if kind in _SOUND and kind not in self._had:
                    raise
                self._out.add(kind)
            self._had.add(kind)
        return self._stock.get(kind)

    def used_up(self, kind: Kind) -> None:
        """It is not what it was any more."""
        self._stock.pop(kind, None)

    def _made(self, kind: Kind) -> str:
        context, key = self._context, self._key
        match kind:
            case Kind.READY:
                return context.ready_audience(key).id
            case Kind.POPULATED:
                return context.populated_audience(key).id
            case Kind.ACTIVE:
                return str(context.populated_audience(key).job)
            case Kind.FOLDER:
                return context.create_folder(key)
            case Kind.ENDED:
                audience = context.populated_audience(key)
                context.end_job(audience, "completed")
                return str(audience.job)
            case Kind.DELETED:
                audience = context.ready_audience(key)
                context.delete_audience(audience, key)
                return audience.id


def _kinds(operation: OperationSpec) -> tuple[Kind, ...]:
    if operation.resource is Resource.AUDIENCE:
        return _AUDIENCES
    if operation.resource is Resource.JOB:
        return _JOBS
    return (Kind.FOLDER,) if operation is operations.RENAME_FOLDER else ()
