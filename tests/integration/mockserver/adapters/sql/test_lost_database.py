"""A server whose PostgreSQL stops and comes back."""

import asyncio
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.harness.replicas import GROUP, KEY, Server, serving
from tests.stores.databases import Postgres, fresh_database, running_postgres

PROMPT = 5
"""Seconds that an answer may take on a busy machine; waiting for a database that is away would take longer."""


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.fixture
def server(database: Postgres) -> Iterator[Server]:
    with serving(asyncio.run(fresh_database(database.url))) as server:
        yield server


def create_audience(server: Server, name: str) -> httpx.Response:
    body = {"name": name, "type": "on_demand"}
    return httpx.post(f"{server.url}{GROUP}/audiences", headers=KEY, json=body, timeout=60)


def names(server: Server) -> list[str]:
    answer = httpx.get(f"{server.url}{GROUP}/audiences", headers=KEY, timeout=60).raise_for_status()
    return [item["name"] for item in answer.json()["data"]["items"]]


def assert_failed(answer: httpx.Response) -> None:
    body = answer.json()
    assert (answer.status_code, body["success"], body["error"]["code"]) == (500, False, "INTERNAL_ERROR")
    assert "store" in body["error"]["message"]
    assert answer.elapsed.total_seconds() < PROMPT


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_requests_are_prompt_500s_without_the_database_and_work_again_afterwards(
    database: Postgres, server: Server, number: signal.Signals
) -> None:
    assert create_audience(server, "before").status_code == 201

    database.end(number)
    failed = [create_audience(server, "meanwhile") for _ in range(20)]
    unknown = httpx.get(f"{server.url}{GROUP}/audiences", headers={"Authorization": "Bearer sk_unknown"}, timeout=60)
    steered = httpx.get(f"{server.url}/_mock/sandboxes", timeout=60)
    database.start()

    assert create_audience(server, "after").status_code == 201
    assert names(server)[:2] == ["after", "before"]
    for answer in [*failed, unknown]:
        assert_failed(answer)
    assert (steered.status_code, set(steered.json())) == (500, {"reason", "hint"})
    assert server.tracebacks() == []
    assert len(server.said()) <= 23, "more than a line for each request"


def test_a_server_stops_cleanly_while_its_database_is_frozen(database: Postgres, server: Server) -> None:
    database.send(signal.SIGSTOP)
    try:
        with pytest.raises(httpx.TimeoutException):
            httpx.delete(f"{server.url}{GROUP}/audiences/b00000000000000000000001", headers=KEY, timeout=0.5)

        status = server.stop()
    finally:
        database.send(signal.SIGCONT)

    assert status == 0
    assert server.tracebacks() == []


def test_a_frozen_database_is_given_up_after_a_timeout(database: Postgres, server: Server) -> None:
    create_audience(server, "before").raise_for_status()
    database.send(signal.SIGSTOP)
    try:
        begun = time.perf_counter()
        answer = create_audience(server, "meanwhile")
        duration = time.perf_counter() - begun
    finally:
        database.send(signal.SIGCONT)

    assert answer.status_code == 500
    assert duration < 12
    assert create_audience(server, "after").status_code == 201
    assert server.tracebacks() == []
