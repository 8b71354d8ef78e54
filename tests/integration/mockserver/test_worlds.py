"""Sandboxes that are carried elsewhere: they give the same responses, on every store."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.sql.journal import Bounds
from mockserver.bootstrap import components, server
from mockserver.config import Settings
from mockserver.ports import Store
from mockserver.seeds import read_text, write_text
from tests.harness.random_worlds import STEPS, RandomWorld
from tests.harness.sampling import PROVE
from tests.stores.databases import in_file, in_postgres

T = TypeVar("T")
Step = tuple[str, int]
Act = Callable[[RandomWorld], Awaitable[T]]
Opened = Callable[[], AbstractAsyncContextManager[Store]]

STEP_LISTS = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 7)), min_size=10, max_size=60)


def few(examples: int, proof: int) -> settings:
    return settings(
        max_examples=proof if PROVE else examples,
        deadline=None,
        database=None,
        derandomize=not PROVE,
        phases=tuple(Phase) if PROVE else (Phase.explicit, Phase.reuse, Phase.generate),  # shrinking takes minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@asynccontextmanager
async def opened_memory() -> AsyncIterator[Store]:
    yield MemoryStore()


@asynccontextmanager
async def opened_file() -> AsyncIterator[Store]:
    with TemporaryDirectory() as folder:
        async with in_file(Path(folder) / "state.db", Bounds(interval=0)) as store:
            yield store


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest) -> Opened:
    """A function that opens an empty store."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        return lambda: in_postgres(url, Bounds(interval=0))
    return opened_memory if request.param == "memory" else opened_file


def in_world(opened: Opened, steps: list[Step], act: Act[T]) -> T:
    """Make a sandbox by steps in an empty store, and act on it."""

    async def run() -> T:
        clock = ManualClock()
        async with opened() as store:
            app = server(Settings(), components(Settings(seed=1), store=store, clock=clock), print)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                made = (await client.post("/_mock/sandboxes", json={})).raise_for_status().json()
                world = RandomWorld.of(client, clock, store, made)
                for step, number in steps:
                    await world.play(step, number)
                return await act(world)

    return asyncio.run(run())


def differences(first: list[Any], second: list[Any]) -> list[tuple[Any, Any]]:
    """Return the readings that differ."""
    return [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]


async def document_of(world: RandomWorld, *, keys: bool = False) -> Any:
    """Export a sandbox."""
    return (await world.control("GET", f"/seed?keys={str(keys).lower()}")).raise_for_status().json()


async def created(world: RandomWorld, body: dict[str, Any]) -> RandomWorld:
    """Create a sandbox with the records of another one."""
    answer = await world.client.post("/_mock/sandboxes", json=body)
    assert answer.status_code == 201, answer.text
    return world.twin(answer.json())


@given(steps=STEP_LISTS)
@few(6, 500)
def test_a_sandbox_from_an_export_gives_the_same_responses(opened: Opened, steps: list[Step]) -> None:
    async def act(world: RandomWorld) -> tuple[Any, Any]:
        text = write_text(await document_of(world))
        read_text(text)
        twin = await created(world, {"seed": text})
        return await world.readings(), await twin.readings()

    assert differences(*in_world(opened, steps, act)) == []


@given(steps=STEP_LISTS)
@few(6, 500)
def test_a_copy_of_a_sandbox_gives_the_same_responses(opened: Opened, steps: list[Step]) -> None:
    async def act(world: RandomWorld) -> tuple[Any, Any]:
        twin = await created(world, {"from": world.sandbox})
        return await world.readings(), await twin.readings()

    assert differences(*in_world(opened, steps, act)) == []


@given(steps=STEP_LISTS, changes=STEP_LISTS)
@few(6, 500)
def test_a_restored_sandbox_gives_the_same_responses(opened: Opened, steps: list[Step], changes: list[Step]) -> None:
    async def act(world: RandomWorld) -> tuple[Any, Any]:
        (await world.control("PUT", "/snapshots/before")).raise_for_status()
        before = world.twin((await world.control("GET", "")).json())
        known = [list(ids) for ids in (world.audiences, world.folders, world.jobs)]
        before.audiences, before.folders, before.jobs = known
        before.started = dict(world.started)
        first = await before.readings()
        for step, number in changes:
            await world.play(step, number)
        (await world.control("POST", "/snapshots/before/restore")).raise_for_status()
        return first, await before.readings()

    assert differences(*in_world(opened, steps, act)) == []


@given(steps=STEP_LISTS)
@example(steps=[("pace", 1), ("start", 1), ("poll", 0), ("fault", 0), ("poll", 0), ("poll", 0)])
@few(12, 2_000)
def test_a_copy_of_a_sandbox_has_equal_records(opened: Opened, steps: list[Step]) -> None:
    async def act(world: RandomWorld) -> tuple[Any, Any]:
        twin = await created(world, {"from": world.sandbox})
        return await world.records(), await twin.records()

    assert differences(*in_world(opened, steps, act)) == []
