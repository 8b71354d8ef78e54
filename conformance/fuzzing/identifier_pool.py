"""The pool of real identifiers for generated requests: made when first needed, and again when used up."""

import itertools
from enum import Enum

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec, Resource
from conformance.harness.context import CheckContext
from conformance.harness.key import Key
from conformance.states import NotEstablishedError


class IdentifierKind(Enum):
    """The kind of resource that an identifier names; the value completes the sentence "the audience is ..."."""

    READY_AUDIENCE = "ready"
    POPULATED_AUDIENCE = "being populated by an active job"
    DELETED_AUDIENCE = "deleted"
    ACTIVE_JOB = "an active job"
    ENDED_JOB = "a job that has ended"
    FOLDER = "a folder"


_AUDIENCES = (IdentifierKind.READY_AUDIENCE, IdentifierKind.POPULATED_AUDIENCE, IdentifierKind.DELETED_AUDIENCE)
_JOBS = (IdentifierKind.ACTIVE_JOB, IdentifierKind.ENDED_JOB)
_INDISPENSABLE = frozenset({IdentifierKind.READY_AUDIENCE, IdentifierKind.ACTIVE_JOB, IdentifierKind.FOLDER})
"""The kinds without which no valid request can be sent."""


class IdentifierPool:
    """The identifiers of one account group, at most one of each kind."""

    def __init__(self, context: CheckContext, key: Key) -> None:
        self._context = context
        self._key = key
        self._identifiers: dict[IdentifierKind, str] = {}
        self._requested: set[IdentifierKind] = set()
        self._unavailable: set[IdentifierKind] = set()
        self._turns = itertools.count(context.random.randrange(len(IdentifierKind)))

    def is_issued(self, identifier: str) -> bool:
        """Return whether the target itself has given out an identifier."""
        known = {self._key.group, *self._identifiers.values()}
        return identifier in known or identifier in self._context.states.issued

    def next_kind(self, operation: OperationSpec, *, valid_only: bool) -> IdentifierKind | None:
        """Return the kind of resource that the next request is to name, each kind in turn.

        Args:
            operation: The operation; None is returned where it names no resource.
            valid_only: Whether to return the kind for which the request is valid.
        """
        kinds = _kinds(operation)
        if not kinds or valid_only:
            return kinds[0] if kinds else None
        return kinds[next(self._turns) % len(kinds)]

    def identifier(self, kind: IdentifierKind) -> str | None:
        """Return an identifier of a kind; None where there is none, or no more.

        Raises:
            NotEstablishedError: There was never one, and without it no valid request can be sent.
        """
        if kind not in self._identifiers and kind not in self._unavailable:
            try:
                self._identifiers[kind] = self._make(kind)
            except NotEstablishedError:
                if kind in _INDISPENSABLE and kind not in self._requested:
                    raise
                self._unavailable.add(kind)
            self._requested.add(kind)
        return self._identifiers.get(kind)

    def remove(self, kind: IdentifierKind) -> None:
        """Remove an identifier that is used up."""
        self._identifiers.pop(kind, None)

    def _make(self, kind: IdentifierKind) -> str:
        context, key = self._context, self._key
        match kind:
            case IdentifierKind.READY_AUDIENCE:
                return context.ready_audience(key).id
            case IdentifierKind.POPULATED_AUDIENCE:
                return context.populated_audience(key).id
            case IdentifierKind.ACTIVE_JOB:
                return str(context.populated_audience(key).job)
            case IdentifierKind.FOLDER:
                return context.create_folder(key)
            case IdentifierKind.ENDED_JOB:
                audience = context.populated_audience(key)
                context.end_job(audience, "completed")
                return str(audience.job)
            case IdentifierKind.DELETED_AUDIENCE:
                audience = context.ready_audience(key)
                context.delete_audience(audience, key)
                return audience.id


def _kinds(operation: OperationSpec) -> tuple[IdentifierKind, ...]:
    """Return the kinds of identifiers that an operation can name, the valid one first."""
    if operation.resource is Resource.AUDIENCE:
        return _AUDIENCES
    if operation.resource is Resource.JOB:
        return _JOBS
    return (IdentifierKind.FOLDER,) if operation is operations.RENAME_FOLDER else ()
