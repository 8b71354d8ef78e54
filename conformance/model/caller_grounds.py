"""The refusal grounds of the caller: the key, its permission, its account group, the form of the request."""

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
    """Yield every ground that does not depend on the resource in the path."""
    key = state.keys.get(request.key) if request.key is not None else None
    if key is None or key.revoked:
        yield RefusalGround(Fact.KEY, UNAUTHORIZED, certain=True)
    if key is not None:
        yield from _permission_grounds(key, request.operation)
        yield from _account_group_grounds(key, request)
    yield from _form_grounds(request)


def _permission_grounds(key: Key, operation: OperationSpec) -> Iterator[RefusalGround]:
    """Yield a lack of permission.

    Source: 'The key is valid but does not have the permission needed by that endpoint';
    docs/sources.md, Getting started.
    """
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


def _account_group_grounds(key: Key, request: Request) -> Iterator[RefusalGround]:
    if request.operation is operations.LIST_ACCOUNTS:
        return
    if key.groups is None:
        yield RefusalGround(Fact.SCOPE, ELSEWHERE)
    elif request.group not in key.groups:
        yield RefusalGround(Fact.SCOPE, ELSEWHERE, certain=True)


def _form_grounds(request: Request) -> Iterator[RefusalGround]:
    if request.validity is not Validity.VALID:
        yield RefusalGround(Fact.VALID, INVALID, certain=request.validity is Validity.INVALID)
    if request.operation is operations.CREATE_AUDIENCE:
        # 'Audience cannot be created with the requested configuration'; configuration and status are not printed
        yield RefusalGround(Fact.VALID, CONFLICT | UNPROCESSABLE)
    if request.operation is operations.START_JOB:
        yield RefusalGround(Fact.DONE, frozenset({402}), code="INSUFFICIENT_CREDITS")
        yield RefusalGround(Fact.VALID, CONFLICT)  # 'a state that prevents this operation'; the states are not printed
