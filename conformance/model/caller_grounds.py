"""Grounds that lie in who asks and how: the key, its permission, its account group, the form of the request."""

from collections.abc import Iterator

from conformance.catalogue import operations
from conformance.catalogue.operation_spec import OperationSpec
from conformance.catalogue.permissions import ALL_PERMISSIONS
from conformance.model.messages import Request, Validity
from conformance.model.refusal_grounds import (
    CONFLICT,
    ELSEWHERE,
    FORBIDDEN,
    INVALID,
    UNAUTHORIZED,
    UNPROCESSABLE,
    RefusalGround,
)
from conformance.model.state import Key, State
from conformance.model.violation import Fact, Severity


def caller_grounds(state: State, request: Request) -> Iterator[RefusalGround]:
    """Every ground that does not depend on what the path names."""
    key = state.keys.get(request.key) if request.key is not None else None
    if key is None or key.revoked:
        yield RefusalGround(Fact.KEY, UNAUTHORIZED, certain=True)
    if key is not None:
        yield from _permission(key, request.operation)
        yield from _account_group(key, request)
    yield from _form(request)


def _permission(key: Key, operation: OperationSpec) -> Iterator[RefusalGround]:
    """'The key is valid but does not have the permission needed by that endpoint'; docs/sources.md, Getting started."""
    needed = operation.permission
    if needed is None:
        return
    if key.permissions is None:
        yield RefusalGround(Fact.PERMISSION, FORBIDDEN)
    elif needed.wire not in key.permissions:
        yield RefusalGround(Fact.PERMISSION, FORBIDDEN, certain=True)
    elif not key.permissions >= ALL_PERMISSIONS:
        yield RefusalGround(
            Fact.PERMISSION_SUFFICES, FORBIDDEN, penalty=Severity.MUST if needed.printed else Severity.SHOULD
        )


def _account_group(key: Key, request: Request) -> Iterator[RefusalGround]:
    if request.operation is operations.LIST_ACCOUNTS:
        return
    if key.groups is None:
        yield RefusalGround(Fact.SCOPE, ELSEWHERE)
    elif request.group not in key.groups:
        yield RefusalGround(Fact.SCOPE, ELSEWHERE, certain=True)


def _form(request: Request) -> Iterator[RefusalGround]:
    if request.validity is not Validity.VALID:
        yield RefusalGround(Fact.VALID, INVALID, certain=request.validity is Validity.INVALID)
    if request.operation is operations.CREATE_AUDIENCE:
        # 'Audience cannot be created with the requested configuration': which, and the row's number, are not printed.
        yield RefusalGround(Fact.VALID, CONFLICT | UNPROCESSABLE)
    if request.operation is operations.START_JOB:
        yield RefusalGround(Fact.DONE, frozenset({402}), code="INSUFFICIENT_CREDITS")
        yield RefusalGround(Fact.VALID, CONFLICT)  # 'a state that prevents this operation': which, is not printed
