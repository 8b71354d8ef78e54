"""A request that somebody else was sooner than is done again, alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.memory import MemoryStore
from mockserver.adapters.transaction import MemoryTransaction
from mockserver.domain.audience import Audience
from mockserver.domain.key import ApiKey
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.sandbox import Sandbox
from mockserver.ports import About, Access, Caller, ConflictError
from mockserver.service import audiences
from mockserver.service.transactions import Transactions

GROUP, AUDIENCE = "a" * 24, "b" * 24


class RacedStore(MemoryStore):
    """A store in which another is always sooner, and has deleted the audience."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Access, About | None]] = []

    @asynccontextmanager
    async def transaction(  # type: ignore[override]
        self, sandbox_id: str, access: Access = Access.ALONE, about: About | None = None
    ) -> AsyncIterator[MemoryTransaction]:
        self.asked.append((access, about))
        async with super().transaction(sandbox_id) as transaction:
            yield transaction
            if access is Access.SHARE:
                raise ConflictError


def test_it_meets_what_the_other_has_left() -> None:
    async def main() -> tuple[object, list[tuple[Access, About | None]]]:
        store, key = RacedStore(), ApiKey("k", "k", frozenset(), frozenset({GROUP}))
        sandbox = Sandbox("s", "s", "secret", 0)
        async with store.creation(sandbox, {}) as transaction:
            await transaction.save_audience(Audience(AUDIENCE, 1, GROUP, "A", "on_demand", None, None, 0, 0))
        store.asked.clear()
        running = Transactions(store, ManualClock())
        outcome = await running.run_on(Caller(key, sandbox), GROUP, AUDIENCE, Access.SHARE, audiences.delete)
        return outcome, store.asked

    outcome, asked = asyncio.run(main())

    assert isinstance(outcome, Audience)
    assert asked == [(Access.SHARE, About(GROUP, AUDIENCE)), (Access.ALONE, None)]


def test_a_key_with_a_failure_to_suffer_is_served_alone() -> None:
    async def main() -> tuple[object, list[tuple[Access, About | None]]]:
        store, key = RacedStore(), ApiKey("k", "k", frozenset(), frozenset({GROUP}), failures=1)
        sandbox = Sandbox("s", "s", "secret", 0)
        async with store.creation(sandbox, {}) as transaction:
            await transaction.save_api_key(key)
            await transaction.save_audience(Audience(AUDIENCE, 1, GROUP, "A", "on_demand", None, None, 0, 0))
        store.asked.clear()
        running = Transactions(store, ManualClock())
        outcome = await running.run_on(Caller(key, sandbox), GROUP, AUDIENCE, Access.SHARE, audiences.delete)
        return outcome, store.asked

    outcome, asked = asyncio.run(main())

    assert isinstance(outcome, Refusal)
    assert outcome.reason is Reason.INTERNAL
    assert [access for access, _ in asked] == [Access.ALONE]
