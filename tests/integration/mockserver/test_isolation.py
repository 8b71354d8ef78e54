"""Isolation: the responses of a sandbox among others are those of the sandbox alone."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.adapters.clock import ManualClock
from mockserver.adapters.memory.store import MemoryStore
from mockserver.api.envelope import Envelopes
from mockserver.bootstrap import components, server
from mockserver.config import Settings
from mockserver.domain.instant import iso
from mockserver.domain.job import Progression
from mockserver.service.sandboxes import Sandboxes
from tests.harness.sampling import PROVE
from tests.harness.sandbox_client import BODY

START = 1_777_390_200_000
TICK = 700
WORLDS = 3
RATES = ("1/s", "3/m", "2/h")
PACES = (
    {"pace": "time", "durationMs": 3_000},
    {"pace": "polls", "polls": 2},
    {"pace": "immediate", "outcome": "failed", "stage": "import", "share": 0.5},
    {"pace": "manual", "status": "running"},
)

Step = tuple[int, str, int]
Answer = tuple[int, str | None, Any]


class Names:
    """A source of given secrets, so that a sandbox does not depend on earlier sandboxes."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()

    def trace_id(self) -> str:
        return "0" * 24

    def secret(self) -> str:
        return self.waiting.popleft()


@dataclass
class Player:
    """A client that plays the steps of one sandbox and remembers identifiers from its responses."""

    client: httpx.AsyncClient
    clock: ManualClock
    sandbox: str
    key: str
    group: str
    audiences: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    cursor: str | None = None

    async def vendor(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.key}"} | headers
        return await self.client.request(method, f"/v1/accounts/{self.group}{path}", json=body, headers=sent)

    async def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.client.request(method, f"/_mock/sandboxes/{self.sandbox}{path}", json=body)

    async def play(self, step: str, number: int) -> Answer:
        answer = await self._sent(step, number)
        body = answer.json() if answer.content else None
        self._learn(body)
        return answer.status_code, answer.headers.get("retry-after"), body

    def _learn(self, body: Any) -> None:
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            return
        self.cursor = data.get("nextCursor", self.cursor)
        lists = {"id": self.audiences, "jobId": self.jobs}
        for name, ids in lists.items():
            ids += [item[name] for item in [data, *data.get("items", [])] if name in item and item[name] not in ids]

    async def _sent(self, step: str, number: int) -> httpx.Response:  # noqa: PLR0911, PLR0912, C901  (a table)
        audience = self.audiences[number % len(self.audiences)] if self.audiences else "0" * 24
        job = self.jobs[number % len(self.jobs)] if self.jobs else "0" * 24
        match step:
            case "create":
                return await self.vendor("POST", "/audiences", {"name": f"No {number}", "type": "on_demand"})
            case "get":
                return await self.vendor("GET", f"/audiences/{audience}")
            case "delete":
                return await self.vendor("DELETE", f"/audiences/{audience}")
            case "list":
                return await self.vendor("GET", "/audiences?limit=1")
            case "next":
                return await self.vendor("GET", f"/audiences?limit=1&cursor={self.cursor or ''}")
            case "start":
                body = BODY | {"maxResults": 1 + number}
                return await self.vendor("POST", "/prospecting", body, **{"Idempotency-Key": f"k{number % 2}"})
            case "job":
                return await self.vendor("GET", f"/prospecting/{job}")
            case "cancel":
                return await self.vendor("POST", f"/prospecting/{job}/cancel")
            case "advance":
                return await self.control("POST", "/clock/advance", {"milliseconds": 1 + 900 * number})
            case "freeze":
                return await self.control("PUT", "/clock", {"mode": ("manual", "real")[number % 2]})
            case "limit":
                return await self.control("PUT", "/limits", {"rate": RATES[number % len(RATES)]})
            case "lift":
                return await self.control("DELETE", "/limits")
            case "pace":
                return await self.control("PUT", "/job-pace", PACES[number % len(PACES)])
            case "expire":
                at = iso(self.clock.now() + 1_500 * number) if number % 3 else None
                return await self.control("PATCH", f"/keys/{self.key}", {"expiresAt": at})
            case "reset":
                return await self.control("POST", "/reset")
        return await self.control("GET", f"/{('jobs', 'keys', 'limits', 'audiences', 'clock')[number % 5]}")


STEPS = (
    *("create", "create", "get", "delete", "list", "next", "start", "start", "job", "cancel", "advance", "advance"),
    *("freeze", "limit", "lift", "pace", "expire", "reset", "look", "look"),
)


class Bench:
    """A server whose sandboxes are created anew for every run."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.store = MemoryStore()
        self.names = Names()
        parts = components(Settings(), store=self.store, clock=self.clock)
        parts = replace(
            parts,
            envelopes=Envelopes(self.names, parts.long_responses),
            sandboxes=Sandboxes(self.store, self.clock, self.names, Progression()),
        )
        self.app = server(Settings(), parts, print)

    def run(self, steps: Sequence[Step], worlds: Iterable[int]) -> dict[int, list[Answer]]:
        """Play the steps of these worlds, each at its own instant; return all responses by world."""
        self.store.records.clear()
        self.store.owners.clear()
        return asyncio.run(self._run(steps, list(worlds)))

    async def _run(self, steps: Sequence[Step], worlds: list[int]) -> dict[int, list[Answer]]:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            self._set_clock(0)
            players = {world: await self._player(client, world) for world in worlds}
            answers: dict[int, list[Answer]] = {world: [] for world in worlds}
            for index, (world, step, number) in enumerate(steps):
                if world in players:
                    self._set_clock(index)
                    answers[world].append(await players[world].play(step, number))
            return answers

    async def _player(self, client: httpx.AsyncClient, world: int) -> Player:
        self.names.waiting.extend([f"{world:032x}", f"key{world:029x}"])
        sandbox = (await client.post("/_mock/sandboxes", json={})).raise_for_status().json()
        return Player(client, self.clock, sandbox["id"], sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"])

    def _set_clock(self, index: int) -> None:
        self.clock.advance(START + index * TICK - self.clock.now())


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


@given(
    st.lists(st.tuples(st.integers(0, WORLDS - 1), st.sampled_from(STEPS), st.integers(0, 7)), min_size=10, max_size=40)
)
@settings(
    max_examples=2_000 if PROVE else 100,
    deadline=None,
    database=None,
    derandomize=not PROVE,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_responses_of_a_sandbox_do_not_depend_on_others(bench: Bench, steps: list[Step]) -> None:
    together = bench.run(steps, range(WORLDS))

    for world in range(WORLDS):
        assert together[world] == bench.run(steps, [world])[world]


def test_the_steps_of_the_isolation_test_reach_all_statuses(bench: Bench) -> None:
    audiences = [("create", 0), ("create", 1), ("list", 0), ("next", 0), ("delete", 0), ("get", 0)]
    started = [("start", 0), ("start", 2), ("job", 0), ("cancel", 0), ("look", 0)]
    limited = [("limit", 2), *[("get", 1)] * 3, ("lift", 0), ("expire", 1), ("freeze", 0), ("advance", 7), ("get", 1)]
    steps = [(0, *step) for step in [*audiences, *started, *limited, ("reset", 0), ("get", 0)]]

    statuses = {status for status, *_ in bench.run(steps, [0])[0]}

    assert {200, 201, 202, 204, 401, 404, 409, 429} <= statuses


def test_a_cursor_of_another_sandbox_is_unknown(bench: Bench) -> None:
    steps = [(world, step, 0) for world in (0, 1) for step in ("create", "create", "list")]

    async def act() -> list[int]:
        transport = httpx.ASGITransport(bench.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            players = [await bench._player(client, world) for world in (5, 6)]  # noqa: SLF001  (its own)
            for world, step, number in steps:
                await players[world].play(step, number)
            own, foreign = players[1].cursor, players[0].cursor
            statuses = []
            for players[1].cursor in (own, foreign):
                statuses.append((await players[1].play("next", 0))[0])
            return statuses

    assert asyncio.run(act()) == [200, 400]
