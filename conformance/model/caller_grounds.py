"""Grounds that lie in who asks and how: the key, its permission, its account group, the form of the request."""

from collections.abc import Iterator

from conformance.model.messages import Request, Validity
from conformance.model.operation import ALL_PERMISSIONS, OperationId
from conformance.model.refusal_grounds import (
    CONFLICT,
    ELSEWHERE,
    FORBIDDEN,
    INVALID,
    UNAUTHORIZED,
    UNPROCESSABLE,
    Ground,
)
from conformance.model.state import Key, State
from conformance.model.violation import Fact, Level


def standing(state: State, request: Request) -> Iterator[Ground]:
    """Every ground that does not depend on what the path names."""
    key = state.keys.get(request.key) if request.key is not None else None
    if key is None or key.revoked:
        yield Ground(Fact.KEY, UNAUTHORIZED, certain=True)
    if key is not None:
        yield from _permission(key, request.operation)
        yield from _account_group(key, request)
    yield from _form(request)


def _permission(key: Key, operation: OperationId) -> Iterator[Ground]:
    """'The key is valid but does not have the permission needed by that endpoint' (getting-started)."""
    needed = operation.permission
    if needed is None:
        return
    if key.permissions is None:
        yield Ground(Fact.PERMISSION, FORBIDDEN)
    elif needed.wire not in key.permissions:
        yield Ground(Fact.PERMISSION, FORBIDDEN, certain=True)
    elif not key.permissions >= ALL_PERMISSIONS:
        yield Ground(Fact.PERMISSION_SUFFICES, FORBIDDEN, price=Level.MUST if needed.printed else Level.SHOULD)


def _account_group(key: Key, request: Request) -> Iterator[Ground]:
    if request.operation is OperationId.LIST_ACCOUNTS:
        return
    if key.groups is None:
        yield Ground(Fact.SCOPE, ELSEWHERE)
    elif request.group not in key.groups:
        yield Ground(Fact.SCOPE, ELSEWHERE, certain=True)


def _form(request: Request) -> Iterator[Ground]:
    if request.validity is not Validity.VALID:
        yield Ground(Fact.VALID, INVALID, certain=request.validity is Validity.INVALID)
    if request.operation is OperationId.CREATE_AUDIENCE:
        # 'Audience cannot be created with the requested configuration': which, and the row's number, are not printed.
        yield Ground(Fact.VALID, CONFLICT | UNPROCESSABLE)
    if request.operation is OperationId.START_JOB:
        yield Ground(Fact.DONE, frozenset({402}), code="INSUFFICIENT_CREDITS")
        yield Ground(Fact.VALID, CONFLICT)  # 'a state that prevents this operation': which, is not printed
