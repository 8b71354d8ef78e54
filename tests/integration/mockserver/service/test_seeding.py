"""Sandboxes created at the same time with keys that only one of them can have."""

import asyncio

from mockserver.adapters.clock import RealClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.sql.journal import Bounds
from mockserver.domain.job import Progression
from mockserver.service.sandboxes import Sandboxes, SeenSandbox
from mockserver.service.seeding import TakenKeyError
from tests.stores.databases import in_postgres

TOKENS = [f"sk_test_{number:03}" for number in range(60)]


def test_exactly_one_of_two_concurrent_sandboxes_gets_the_same_keys(postgres_url: str) -> None:
    async def both() -> list[object]:
        async with in_postgres(postgres_url, Bounds()) as store:
            sandboxes = Sandboxes(store, RealClock(), SeededIds(0), Progression())
            seeds = [{"keys": [{"key": token} for token in tokens]} for tokens in (TOKENS, TOKENS[::-1])]
            return await asyncio.gather(*[sandboxes.create(seed) for seed in seeds], return_exceptions=True)

    assert {type(outcome) for outcome in asyncio.run(both())} == {SeenSandbox, TakenKeyError}
