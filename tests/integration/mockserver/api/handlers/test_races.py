"""Concurrent clients: each response stays true for all of them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.harness.sandbox_client import World

ROUNDS = 60
Act = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


def send_concurrently(world: World, *acts: Act) -> list[httpx.Response]:
    """Send requests at the same time, each on a connection of its own."""

    async def run() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=len(acts), max_keepalive_connections=len(acts))
        url = str(world.client.base_url)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as client:
            await asyncio.gather(*[client.get("/nowhere") for _ in acts])  # every connection is open before the race
            return await asyncio.gather(*[act(client) for act in acts])

    return asyncio.run(run())


def vendor(world: World, method: str, path: str, body: Any = None) -> Act:
    headers = {"Authorization": f"Bearer {world.key}"}
    return lambda client: client.request(method, f"/v1/accounts/{world.group}{path}", json=body, headers=headers)


def control(world: World, method: str, path: str, body: Any = None) -> Act:
    return lambda client: client.request(method, f"/_mock/sandboxes/{world.sandbox}{path}", json=body)


def test_exactly_one_of_200_concurrent_deletes_of_an_audience_succeeds(world: World) -> None:
    audience = world.ready()

    answers = send_concurrently(world, *[vendor(world, "DELETE", f"/audiences/{audience}")] * 200)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 404: 199}


@pytest.mark.parametrize("outcome", ["completed", "failed", "cancelled"])
def test_a_delete_racing_with_the_end_of_a_job_succeeds_only_after_it(world: World, outcome: str) -> None:
    outcomes: Counter[int] = Counter()
    for _ in range(ROUNDS // 3):
        audience, job = world.populated()

        deleted, ended = send_concurrently(
            world,
            vendor(world, "DELETE", f"/audiences/{audience}"),
            control(world, "POST", f"/jobs/{job}/end", {"outcome": outcome}),
        )

        assert ended.status_code == 200
        assert world.call("GET", f"/audiences/{audience}").status_code == (404 if deleted.status_code == 200 else 200)
        outcomes[deleted.status_code] += 1
    assert set(outcomes) <= {200, 409}


def test_a_delete_racing_with_the_start_of_a_job_leaves_no_active_job_without_audience(world: World) -> None:
    outcomes: Counter[tuple[int, int]] = Counter()
    for turn in range(ROUNDS):
        audience = world.ready()
        start = control(
            world,
            "POST",
            "/jobs",
            {"accountGroupId": world.group, "audienceId": audience, "pace": "manual", "status": "running"},
        )
        delete = vendor(world, "DELETE", f"/audiences/{audience}")

        answers = send_concurrently(world, *([start, delete] if turn % 2 else [delete, start]))

        by_path = {answer.request.method: answer.status_code for answer in answers}
        outcomes[by_path["DELETE"], by_path["POST"]] += 1
        assert world.call("GET", f"/audiences/{audience}").status_code == (404 if by_path["DELETE"] == 200 else 409)
    assert set(outcomes) <= {(200, 404), (409, 201)}


def test_concurrent_starts_with_one_idempotency_key_create_one_job(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}", "Idempotency-Key": "once"}
    body = {"source": "linkedin_search", "searchUrl": "https://www.linkedin.com/search"}

    def start(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(f"/v1/accounts/{world.group}/prospecting", json=body, headers=headers)

    answers = send_concurrently(world, *[start] * 30)

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["data"]["jobId"] for answer in answers}) == 1


def test_updates_racing_with_a_delete_never_restore_the_audience(world: World) -> None:
    for _ in range(ROUNDS // 3):
        audience = world.ready()
        update = vendor(world, "PATCH", f"/audiences/{audience}", {"name": "New"})

        send_concurrently(world, update, vendor(world, "DELETE", f"/audiences/{audience}"), update)

        assert world.call("GET", f"/audiences/{audience}").status_code == 404
