"""Use cases that meet a conflict and are repeated alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.memory.transaction import MemoryTransaction
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import Access, AudienceRef, Caller, ConflictError
from mockserver.service import audiences
from mockserver.service.transactions import UseCaseRunner

GROUP, AUDIENCE = "a" * 24, "b" * 24


class RacedStore(MemoryStore):
    """A store in which every optimistic transaction conflicts."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Access, AudienceRef | None]] = []

    @asynccontextmanager
    async def transaction(  # type: ignore[override]
        self, sandbox_id: str, access: Access = Access.EXCLUSIVE, about: AudienceRef | None = None
    ) -> AsyncIterator[MemoryTransaction]:
        self.asked.append((access, about))
        async with super().transaction(sandbox_id) as transaction:
            yield transaction
            if access is Access.OPTIMISTIC:
                raise ConflictError


def delete_with_conflict(*, failures: int = 0) -> tuple[object, list[tuple[Access, AudienceRef | None]]]:
    """Delete an audience with a key that has pending failures; return the outcome and the requested transactions."""

    async def main() -> object:
        async with store.creation(sandbox, {}) as transaction:
            await transaction.save_api_key(key)
            await transaction.save_audience(Audience(AUDIENCE, 1, GROUP, "A", "on_demand", None, None, 0, 0))
        store.asked.clear()
        running = UseCaseRunner(store, ManualClock())
        return await running.run_on(Caller(key, sandbox), GROUP, AUDIENCE, Access.OPTIMISTIC, audiences.delete)

    store, sandbox = RacedStore(), Sandbox("s", "s", "secret", 0)
    key = ApiKey("k", "k", frozenset(), frozenset({GROUP}), failures=failures)
    return asyncio.run(main()), store.asked


def test_a_conflicting_request_is_repeated_alone() -> None:
    outcome, transactions = delete_with_conflict()

    assert isinstance(outcome, Audience)
    assert transactions == [(Access.OPTIMISTIC, AudienceRef(GROUP, AUDIENCE)), (Access.EXCLUSIVE, None)]


def test_a_request_with_a_pending_failure_is_served_alone() -> None:
    outcome, transactions = delete_with_conflict(failures=1)

    assert isinstance(outcome, Refusal)
    assert outcome.reason is Reason.INTERNAL
    assert [access for access, _ in transactions] == [Access.EXCLUSIVE]
