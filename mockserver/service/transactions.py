"""How a use case is run: the account group is checked, then everything happens in one transaction, or not at all."""

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
    """What a use case works with: an open transaction, and `now`, an instant of the sandbox's clock."""

    transaction: Transaction
    sandbox: Sandbox
    now: int

    async def fresh_id(self) -> tuple[str, int]:
        """A new identifier, and the serial number that it was made from."""
        serial = await self.transaction.next_serial()
        return identifier(self.sandbox.secret, serial), serial


@dataclass(slots=True)
class GroupUnitOfWork(UnitOfWork):
    """Work that is scoped to one account group, which the key may use."""

    account_group_id: str


_INTERNAL = refused(
    Reason.INTERNAL,
    "Internal server error: the provider state 'the server fails internally' asked for it. This server has changed "
    "nothing; of another you would not know.",
    "Check the current resource state before you retry.",
)


def _foreign(admission: Admission, account_group_id: str) -> Refusal:
    own = sorted(admission.key.account_group_ids)
    return refused(
        Reason.FOREIGN_ACCOUNT_GROUP,
        f"This key has no access to account group {account_group_id}.",
        f"Use it for {' or '.join(own) or 'none'}, or use a key of that account group.",
        accountGroupId=account_group_id,
        accountGroupIds=own,
    )


class UseCaseRunner:
    """Runs use cases for admitted requests."""

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
        """Run a use case on an account group; a group that is foreign or unknown to the key is refused alike."""
        if account_group_id not in admission.key.account_group_ids:
            return _foreign(admission, account_group_id)
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
        """Run a use case on one audience, for the time being without keeping others from it."""
        if account_group_id not in admission.key.account_group_ids:
            return _foreign(admission, account_group_id)
        about = AudienceRef(account_group_id, audience_id)
        try:
            return await self._run(admission, account_group_id, access, about, use_case, audience_id, *args)
        except ConflictError:
            return await self._run(admission, account_group_id, Access.EXCLUSIVE, None, use_case, audience_id, *args)

    async def _run(
        self,
        admission: Admission,
        account_group_id: str,
        access: Access,
        about: AudienceRef | None,
        use_case: Callable[[GroupUnitOfWork, *Ts], Awaitable[T | Refusal]],
        *args: *Ts,
    ) -> T | Refusal:
        if admission.key.failures:
            access = Access.EXCLUSIVE
        async with self._store.transaction(admission.sandbox.id, access, about) as transaction:
            sandbox = await transaction.sandbox()
            work = GroupUnitOfWork(transaction, sandbox, sandbox.clock.now(self._clock.now()), account_group_id)
            outcome = await use_case(work, *args)
            return await _fail_if_asked(transaction, admission.key, outcome) if admission.key.failures else outcome

    async def run_for_key(
        self, admission: Admission, use_case: Callable[[UnitOfWork, Admission], Awaitable[T | Refusal]]
    ) -> T | Refusal:
        """Run a use case that is scoped by nothing but the key, and only reads."""
        access = Access.EXCLUSIVE if admission.key.failures else Access.READ
        async with self._store.transaction(admission.sandbox.id, access) as transaction:
            sandbox = await transaction.sandbox()
            outcome = await use_case(UnitOfWork(transaction, sandbox, sandbox.clock.now(self._clock.now())), admission)
            return await _fail_if_asked(transaction, admission.key, outcome) if admission.key.failures else outcome


async def _fail_if_asked(transaction: Transaction, key: ApiKey, outcome: T | Refusal) -> T | Refusal:
    """Undo an accepted request where its key still has a failure to suffer, and count that failure."""
    known = await transaction.api_key(key.token)
    if isinstance(outcome, Refusal) or known is None or not known.failures:
        return outcome
    await transaction.rollback()
    await transaction.save_api_key(replace(known, failures=known.failures - 1))
    return _INTERNAL
