"""Two concurrent requests about one audience through different replicas of one PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from tests.harness.raw_connection import Answer, Connection
from tests.harness.replicas import GROUP, SANDBOX, Server, serving
from tests.harness.sampling import PROVE
from tests.stores.databases import fresh_database, postgres

PAIRS = 3_400 if PROVE else 60
FEWER = 800 if PROVE else 32
"""Of one server of several processes."""
LANES = 8
SKEW = 0.05
"""Seconds by which one of two requests may come later: mostly a little, sometimes as long as the slowest takes."""

GROUP_ID = GROUP.rpartition("/")[2]
START = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/results/people/", "maxResults": 1}
OPEN = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' OR NOT granted"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True)
class Lane:
    """Three connections, each to another replica: two race, the third prepares and reads."""

    one: Connection
    other: Connection
    third: Connection
    chance: Random

    async def race(self, *requests: tuple[Any, ...]) -> list[Answer]:
        """Send two requests at nearly the same time; their order and connections are random."""
        connections = self.chance.sample([self.one, self.other], 2)
        late = self.chance.choice([0, 1])

        async def ask(index: int) -> Answer:
            if index == late:
                await asyncio.sleep(SKEW * self.chance.random() ** 3)
            return await connections[index].ask(*requests[index])

        return list(await asyncio.gather(ask(0), ask(1)))

    async def create_audience(self) -> str:
        """Create an audience."""
        answer = await self.third.ask("POST", f"{GROUP}/audiences", {"name": "Raced", "type": "on_demand"})
        assert answer.status == 201, answer
        return str(answer.body["data"]["id"])

    async def create_populated(self) -> tuple[str, str]:
        """Create an audience and the job that populates it."""
        audience = await self.create_audience()
        answer = await self.third.ask(*starting(audience))
        assert answer.status == 201, answer
        return audience, answer.body["id"]

    async def read_audience(self, audience: str) -> Answer:
        """Return the audience as the third replica shows it."""
        return await self.third.ask("GET", f"{GROUP}/audiences/{audience}")


def deleting(audience: str) -> tuple[Any, ...]:
    return "DELETE", f"{GROUP}/audiences/{audience}"


def changing(audience: str, **changes: str) -> tuple[Any, ...]:
    return "PATCH", f"{GROUP}/audiences/{audience}", changes


def starting(audience: str) -> tuple[Any, ...]:
    body = {"accountGroupId": GROUP_ID, "audienceId": audience, "pace": "manual", "status": "running"}
    return "POST", f"{SANDBOX}/jobs", body


def ending(job: str, outcome: str) -> tuple[Any, ...]:
    return "POST", f"{SANDBOX}/jobs/{job}/end", {"outcome": outcome}


async def two_deletions(lane: Lane) -> tuple[int, ...]:
    audience = await lane.create_audience()
    answers = await lane.race(deleting(audience), deleting(audience))
    return *sorted(answer.status for answer in answers), (await lane.read_audience(audience)).status


async def a_deletion_and_a_start(lane: Lane) -> tuple[int, ...]:
    audience = await lane.create_audience()
    deleted, started = await lane.race(deleting(audience), starting(audience))
    return deleted.status, started.status, (await lane.read_audience(audience)).status


async def a_deletion_and_an_end(lane: Lane) -> tuple[int, ...]:
    audience, job = await lane.create_populated()
    outcome = lane.chance.choice(["completed", "failed", "cancelled"])
    deleted, ended = await lane.race(deleting(audience), ending(job, outcome))
    shown = await lane.read_audience(audience)
    assert shown.status == 404 or (shown.body["data"]["prospectCount"] == 25) == (outcome == "completed")
    return deleted.status, ended.status, shown.status


async def a_deletion_and_an_update(lane: Lane) -> tuple[int, ...]:
    audience = await lane.create_audience()
    deleted, changed = await lane.race(deleting(audience), changing(audience, name="Changed"))
    return deleted.status, changed.status, (await lane.read_audience(audience)).status


async def two_updates(lane: Lane) -> tuple[int, ...]:
    audience = await lane.create_audience()
    answers = await lane.race(changing(audience, name="Changed"), changing(audience, description="Changed"))
    shown = (await lane.read_audience(audience)).body["data"]
    assert (shown["name"], shown["description"]) == ("Changed", "Changed")
    return tuple(answer.status for answer in answers)


async def an_update_and_an_end(lane: Lane) -> tuple[int, ...]:
    audience, job = await lane.create_populated()
    changed, ended = await lane.race(changing(audience, name="Changed"), ending(job, "completed"))
    shown = (await lane.read_audience(audience)).body["data"]
    assert (shown["name"], shown["prospectCount"]) == ("Changed" if changed.status == 200 else "Raced", 25)
    return changed.status, ended.status


async def two_starts_with_one_key(lane: Lane) -> tuple[int, ...]:
    request = "POST", f"{GROUP}/prospecting", START, {"Idempotency-Key": f"{lane.chance.random()}"}
    answers = await lane.race(request, request)
    assert {answer.status for answer in answers} <= {200, 202}, answers
    return (len({answer.body["data"]["jobId"] for answer in answers}),)


Race = Callable[[Lane], Awaitable[tuple[int, ...]]]
ALLOWED: dict[Race, set[tuple[int, ...]]] = {
    two_deletions: {(200, 404, 404)},
    a_deletion_and_a_start: {(200, 404, 404), (409, 201, 409)},
    a_deletion_and_an_end: {(200, 200, 404), (409, 200, 200)},
    a_deletion_and_an_update: {(200, 200, 404), (200, 404, 404)},
    two_updates: {(200, 200)},
    an_update_and_an_end: {(200, 200), (409, 200)},
    two_starts_with_one_key: {(1,)},
}
"""What one after the other, in either order, would have come to: the answers, and what is seen afterwards."""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres() as url:
        yield asyncio.run(fresh_database(url))


@pytest.fixture(scope="module", params=["three servers", "one server of three processes"])
def servers(request: pytest.FixtureRequest, database: str) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        if request.param == "three servers":
            running = [stack.enter_context(serving(database)) for _ in range(3)]
        else:
            running = [stack.enter_context(serving(database, "--workers", "3"))] * 3
        yield running


async def run_races(servers: list[Server], race: Race, pairs: int) -> Counter[tuple[int, ...]]:
    """Return how often each outcome occurred."""
    outcomes: Counter[tuple[int, ...]] = Counter()

    async def run(number: int) -> None:
        chance = Random(number)  # noqa: S311  (no secrets)
        async with AsyncExitStack() as stack:
            urls = [server.url for server in chance.sample(servers, 3)]
            lane = Lane(*[await stack.enter_async_context(Connection(url)) for url in urls], chance)
            for _ in range(pairs // LANES):
                outcomes[await race(lane)] += 1

    await asyncio.gather(*[run(number) for number in range(LANES)])
    return outcomes


async def count_leftovers(database: str) -> tuple[int, ...]:
    """Return the number of open transactions, of locks held or waited for, and of deadlocks."""
    connection = await asyncpg.connect(database)
    try:
        for _ in range(50):
            counts = tuple([await connection.fetchval(query) for query in (OPEN, LOCKS, DEADLOCKS)])
            if not any(counts):
                break
            await connection.fetchval("SELECT pg_sleep(0.1)")  # what the journals keep back is written meanwhile
    finally:
        await connection.close()
    return counts


@pytest.mark.parametrize("race", ALLOWED, ids=lambda race: race.__name__)
def test_concurrent_requests_on_replicas_have_a_sequential_outcome(
    servers: list[Server], database: str, race: Race
) -> None:
    httpx.post(f"{servers[0].url}{SANDBOX}/reset").raise_for_status()
    httpx.put(f"{servers[1].url}{SANDBOX}/job-pace", json={"pace": "immediate"}).raise_for_status()

    outcomes = asyncio.run(run_races(servers, race, FEWER if servers[0] is servers[1] else PAIRS))

    assert set(outcomes) <= ALLOWED[race], outcomes
    assert set(outcomes) == ALLOWED[race] or not PROVE, outcomes
    assert asyncio.run(count_leftovers(database)) == (0, 0, 0)
    assert [line for server in servers for line in server.said()] == []
