"""The runner of use cases: checks the account group, and runs each use case in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar, TypeVarTuple

from mockserver.domain.identifier import identifier
from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal, refused
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Access, AudienceRef, Clock, ConflictError, Store, Transaction
from mockserver.service.admission import Admission

Ts = TypeVarTuple("Ts")
T = TypeVar("T")


@dataclass(slots=True)
class UnitOfWork:
    """The context of a use case.

    Attributes:
        transaction: The open transaction.
        sandbox: The sandbox as it was at the start of the transaction.
        now: The time of the sandbox's clock, in milliseconds.
    """

    transaction: Transaction
    sandbox: Sandbox
    now: int

    async def fresh_id(self) -> tuple[str, int]:
        """Return a new identifier and the serial number that it is derived from."""
        serial = await self.transaction.next_serial()
        return identifier(self.sandbox.secret, serial), serial


@dataclass(slots=True)
class GroupUnitOfWork(UnitOfWork):
    """A unit of work in an account group that the key has access to."""

    account_group_id: str


_INTERNAL = refused(
    Reason.INTERNAL,
    "Internal server error: the provider state 'the server fails internally' asked for it. This server has changed "
    "nothing; of another you would not know.",
    "Check the current resource state before you retry.",
)


def _foreign_group(admission: Admission, account_group_id: str) -> Refusal:
    accessible = sorted(admission.key.account_group_ids)
    return refused(
        Reason.FOREIGN_ACCOUNT_GROUP,
        f"This key has no access to account group {account_group_id}.",
        f"Use it for {' or '.join(accessible) or 'none'}, or use a key of that account group.",
        accountGroupId=account_group_id,
        accountGroupIds=accessible,
    )


class UseCaseRunner:
    """The runner of use cases for admitted requests."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(
        self,
        admission: Admission,
        account_group_id: str,
        use_case: Callable[[GroupUnitOfWork, *Ts], Awaitable[T | Refusal]],
        *args: *Ts,
        access: Access = Access.EXCLUSIVE,
    ) -> T | Refusal:
        """Run a use case in an account group; a foreign group and an unknown one are refused alike.

        Args:
            admission: The admission of the request.
            account_group_id: The account group of the path.
            use_case: The use case.
            args: Further arguments of the use case.
            access: The access that the transaction needs to the sandbox.
        """
        if account_group_id not in admission.key.account_group_ids:
            return _foreign_group(admission, account_group_id)
        return await self._run(admission, account_group_id, access, None, use_case, *args)

    async def run_on(
        self,
        admission: Admission,
        account_group_id: str,
        audience_id: str,
        access: Access,
        use_case: Callable[[GroupUnitOfWork, str, *Ts], Awaitable[T | Refusal]],
        *args: *Ts,
    ) -> T | Refusal:
        """Run a use case on an audience, and repeat it with exclusive access after a conflict.

        Args:
            admission: The admission of the request.
            account_group_id: The account group of the path.
            audience_id: The audience of the path.
            access: The access that the transaction needs to the audience.
            use_case: The use case, whose first argument is the id of the audience.
            args: Further arguments of the use case.
        """
        if account_group_id not in admission.key.account_group_ids:
            return _foreign_group(admission, account_group_id)
        audience_ref = AudienceRef(account_group_id, audience_id)
        try:
            return await self._run(admission, account_group_id, access, audience_ref, use_case, audience_id, *args)
        except ConflictError:
            return await self._run(admission, account_group_id, Access.EXCLUSIVE, None, use_case, audience_id, *args)

    async def _run(
        self,
        admission: Admission,
        account_group_id: str,
        access: Access,
        audience_ref: AudienceRef | None,
        use_case: Callable[[GroupUnitOfWork, *Ts], Awaitable[T | Refusal]],
        *args: *Ts,
    ) -> T | Refusal:
        if admission.key.failures:
            access = Access.EXCLUSIVE
        async with self._store.transaction(admission.sandbox.id, access, audience_ref) as transaction:
            sandbox = await transaction.sandbox()
            work = GroupUnitOfWork(transaction, sandbox, sandbox.clock.now(self._clock.now()), account_group_id)
            outcome = await use_case(work, *args)
            return await _fail_if_asked(transaction, admission.key, outcome) if admission.key.failures else outcome

    async def run_for_key(
        self, admission: Admission, use_case: Callable[[UnitOfWork, Admission], Awaitable[T | Refusal]]
    ) -> T | Refusal:
        """Run a use case that depends only on the key and only reads."""
        access = Access.EXCLUSIVE if admission.key.failures else Access.READ
        async with self._store.transaction(admission.sandbox.id, access) as transaction:
            sandbox = await transaction.sandbox()
            outcome = await use_case(UnitOfWork(transaction, sandbox, sandbox.clock.now(self._clock.now())), admission)
            return await _fail_if_asked(transaction, admission.key, outcome) if admission.key.failures else outcome


async def _fail_if_asked(transaction: Transaction, key: ApiKey, outcome: T | Refusal) -> T | Refusal:
    """Undo an accepted request if its key still has requested failures, and count one of them."""
    current_key = await transaction.api_key(key.token)
    if isinstance(outcome, Refusal) or current_key is None or not current_key.failures:
        return outcome
    await transaction.rollback()
    await transaction.save_api_key(replace(current_key, failures=current_key.failures - 1))
    return _INTERNAL
