"""`python -m tests.bench.sandboxes`: how long a sandbox takes to make, and whether many leave anything behind.

A server in a process of its own gets many sandboxes, each is used by a client of its own, all at once, and all are
deleted again. Every answer must belong to the sandbox that was asked.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any, TypeVar

import click
import httpx
import uvloop

from mockserver.adapters.clock import RealClock
from mockserver.adapters.ids import SeededIds
from mockserver.adapters.memory.store import MemoryStore
from mockserver.domain.job import Progression
from mockserver.seeds import checked, read_text
from mockserver.service.sandboxes import Sandboxes
from tests.bench.failure import BenchError
from tests.bench.server import Server
from tests.bench.targets import OURS

T = TypeVar("T")
V = TypeVar("V")

_AT_ONCE = 64
_WARM_UP = 100
_ROUNDS = 2
_NEAR = 0.1
_PROSPECTING = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search/", "maxResults": 7}
_YAML = """
keys: [{key: sk_test_of_NUMBER}]
accountGroups:
  - name: Acme Growth
    folders: [{name: Spring campaign}]
    audiences: [{name: Heads of sales, prospects: 40}, {name: Founders, job: {pace: manual, status: running}}]
"""


@dataclass(frozen=True)
class Round:
    """The seconds of each creation, seen by the client; all requests sent; and the server's memory in MB."""

    creations: list[float]
    requests: int
    seconds: float
    before: float
    full: float
    after: float


@dataclass
class Tenant:
    """A sandbox and its client."""

    client: httpx.AsyncClient
    sandbox: str
    group: str
    key: str
    sent: int = 0

    async def vendor(self, method: str, path: str, body: Any = None) -> Any:
        self.sent += 1
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = await self.client.request(method, f"/v1/accounts/{self.group}{path}", json=body, headers=headers)
        if not answer.is_success:
            raise BenchError(
                f"{method} {path} in sandbox {self.sandbox} was answered {answer.status_code}: {answer.text}"
            )
        return answer.json()["data"]

    async def use(self) -> None:
        """Create, list, delete and import, with its own clock; raise BenchError for data of another sandbox."""
        names = [f"{self.sandbox} {number}" for number in range(3)]
        created = [await self.vendor("POST", "/audiences", {"name": name, "type": "on_demand"}) for name in names]
        await self._expect(names)
        await self.vendor("DELETE", f"/audiences/{created[0]['id']}")
        imported = f"{self.sandbox} imported"
        job = await self.vendor("POST", "/prospecting", _PROSPECTING | {"name": imported})
        path = f"/_mock/sandboxes/{self.sandbox}/clock/advance"
        moved = (await self.client.post(path, json={"seconds": 60})).raise_for_status().json()
        self.sent += 1
        if {event["jobId"] for event in moved["events"]} != {job["jobId"]}:
            raise BenchError(f"time in sandbox {self.sandbox} has moved other jobs than its own: {moved['events']}")
        await self._expect([*names[1:], imported])

    async def _expect(self, names: list[str]) -> None:
        page = await self.vendor("GET", "/audiences?limit=100")
        if sorted(item["name"] for item in page["items"]) != sorted(names):
            raise BenchError(f"sandbox {self.sandbox} shows what is not its own: {page['items']}")


async def _each(act: Callable[[T], Awaitable[V]], items: Iterable[T]) -> list[V]:
    """Call `act` with each item, many at once."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(item: T) -> V:
        async with room:
            return await act(item)

    return list(await asyncio.gather(*[one(item) for item in items]))


async def _round(server: Server, number: int) -> Round:
    limits = httpx.Limits(max_connections=_AT_ONCE, max_keepalive_connections=_AT_ONCE)
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60) as client:
        before, begun, creations, tenants = server.resident_megabytes(), time.perf_counter(), [], []
        for _ in range(number):
            sent_at = time.perf_counter()
            answer = await client.post("/_mock/sandboxes", json={})
            creations.append(time.perf_counter() - sent_at)
            sandbox = answer.raise_for_status().json()
            key, group = sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"]
            tenants.append(Tenant(client, sandbox["id"], group, key))
        await _each(Tenant.use, tenants)
        full = server.resident_megabytes()

        async def delete(tenant: Tenant) -> None:
            (await client.delete(f"/_mock/sandboxes/{tenant.sandbox}")).raise_for_status()

        await _each(delete, tenants)
        remaining = (await client.get("/_mock/sandboxes")).raise_for_status().json()["sandboxes"]
        if [sandbox["id"] for sandbox in remaining] != ["default"]:
            raise BenchError(f"{len(remaining) - 1} sandboxes are still there after all were deleted")
        requests = 2 * number + sum(tenant.sent for tenant in tenants)
        seconds = time.perf_counter() - begun
        return Round(creations, requests, seconds, before, full, server.resident_megabytes())


def _inside(number: int, seed: Callable[[int], Any]) -> list[float]:
    """Return the seconds of each creation inside the server: without HTTP, with the reading of its seed."""

    async def main() -> list[float]:
        sandboxes = Sandboxes(MemoryStore(), RealClock(), SeededIds(0), Progression())
        durations = []
        for index in range(number):
            begun = time.perf_counter()
            await sandboxes.create(seed(index), expiry=3_600_000)
            durations.append(time.perf_counter() - begun)
        return durations

    return asyncio.run(main())


def _yaml(index: int) -> Any:
    return read_text(_YAML.replace("NUMBER", f"{index:08}"))


def _json(index: int) -> Any:
    return checked(_DOCUMENT | {"keys": [{"key": f"sk_test_of_{index:08}"}]})


_DOCUMENT = dict(read_text(_YAML))


def _timing_line(name: str, seconds: list[float]) -> str:
    return f"  {name:<44}{1000 * median(seconds):>7.2f} ms, p99 {1000 * quantiles(seconds, n=100)[98]:>7.2f} ms"


@click.command()
@click.option("--sandboxes", "number", default=1_000, show_default=True, type=click.IntRange(10, 10_000))
def main(number: int) -> None:
    """Create, use and delete many sandboxes; exit status 1 if data crosses sandboxes or memory is not freed."""
    click.echo(f"Making one, inside of the server ({number} of them, median):")
    for name, seed in (("from nothing", lambda _: None), ("from a seed in JSON", _json), ("from one in YAML", _yaml)):
        click.echo(_timing_line(name, _inside(number, seed)))
    try:
        with Server(OURS) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_round(server, _WARM_UP))
            rounds = [runner.run(_round(server, number)) for _ in range(_ROUNDS)]
    except (BenchError, httpx.HTTPError) as error:
        raise click.ClickException(" ".join(str(error).split())) from None
    click.echo(_timing_line("seen by a client over HTTP", rounds[0].creations))
    if not _print_rounds(rounds, number):
        raise SystemExit(1)


def _print_rounds(rounds: list[Round], number: int) -> bool:
    """Print the result of the rounds; return whether the memory is as before after the last round."""
    before, after = rounds[0].before, rounds[-1].after
    requests, seconds = sum(round_.requests for round_ in rounds), sum(round_.seconds for round_ in rounds)
    click.echo(f"{number} made, used {_AT_ONCE} at a time, and deleted, {len(rounds)} times:")
    click.echo(
        f"  {requests} requests, {requests / seconds:.0f} a second; every answer was of the sandbox that was asked."
    )
    click.echo(f"Resident memory: {before:.1f} MB before")
    for round_ in rounds:
        per_sandbox = 1024 * (round_.full - before) / number
        click.echo(
            f"  {round_.full:.1f} MB full ({per_sandbox:.1f} kB a sandbox), {round_.after:.1f} MB when all are deleted"
        )
    near = abs(after / before - 1) <= _NEAR
    click.echo(f"  {after / before:.3f} of before, {'within' if near else 'NOT within'} 10 %")
    return near


if __name__ == "__main__":
    main()
