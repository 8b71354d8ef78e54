"""Servers killed under load with all their processes: acknowledged changes are there after a restart."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.crash.client import Client
from tests.crash.comparison import compare, ids
from tests.harness.replicas import Server, serving, starting
from tests.harness.sampling import PROVE
from tests.stores.databases import Postgres, fresh_database, running_postgres

SEEDS = range(10) if PROVE else range(1)
ROUNDS = 6 if PROVE else 1
CLIENTS = 6
LOAD = (0.02, 1.0)
"""Seconds from the first success and refusal of each client to the end, at random."""

DURABILITIES = ["full", "relaxed"]
"""A kill of the server's processes loses nothing in either: PostgreSQL and the machine go on."""

Kill = Callable[[Server, Random], None]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as running:
        yield running


@pytest.fixture
def database(postgres: Postgres) -> str:
    return asyncio.run(fresh_database(postgres.url))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[str]:
    """The URL of a file whose integrity is checked in the end."""
    path = tmp_path / "state.db"
    yield f"sqlite:///{path}"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def clients_of(chance: Random) -> list[Client]:
    return [Client(f"client {number}", Random(chance.random())) for number in range(CLIENTS)]  # noqa: S311  (no secrets)


async def load_and_kill(server: Server, clients: list[Client], chance: Random, kill: Kill) -> None:
    """Let the clients work for a while, kill, and let the remaining clients stop."""
    begun = [asyncio.Event() for _ in clients]
    working = asyncio.gather(*[client.work(server.url, event) for client, event in zip(clients, begun, strict=True)])
    await asyncio.gather(*[event.wait() for event in begun])
    await asyncio.sleep(chance.uniform(*LOAD))
    kill(server, chance)
    for client in clients:
        client.stopping = True
    await working


def run_with_kills(
    store: str, seed: int, kill: Kill, restart: Callable[[], None] = lambda: None, durability: str = "full"
) -> list[str]:
    """Kill, restart and compare a server repeatedly; return what the servers wrote to standard error."""
    chance = Random(seed)  # noqa: S311  (no secrets)
    clients = clients_of(chance)
    others: set[str] = set()
    lines: list[str] = []
    for number in range(ROUNDS + 1):
        with serving(store, "--workers", "2", "--durability", durability) as server:
            others = others or ids(server.url)
            compare(server.url, clients, others)
            if number < ROUNDS:
                asyncio.run(load_and_kill(server, clients, chance, kill))
            lines += server.said()
        if number < ROUNDS:
            restart()
    assert all(client.acknowledged and client.refused for client in clients)
    return lines


def all_processes(server: Server, _chance: Random) -> None:
    server.kill()


@pytest.mark.parametrize("durability", DURABILITIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_acknowledged_changes_survive_a_kill_with_sqlite(file: str, seed: int, durability: str) -> None:
    assert run_with_kills(file, seed, all_processes, durability=durability) == []


@pytest.mark.parametrize("durability", DURABILITIES)
@pytest.mark.parametrize("seed", SEEDS)
def test_acknowledged_changes_survive_a_kill_with_postgres(database: str, seed: int, durability: str) -> None:
    assert run_with_kills(database, seed, all_processes, durability=durability) == []


def test_acknowledged_changes_survive_when_postgres_is_killed_too(postgres: Postgres, database: str) -> None:
    def both(server: Server, _chance: Random) -> None:
        postgres.end()
        server.kill()

    lines = run_with_kills(database, 0, both, postgres.start)

    assert not any("Traceback" in line for line in lines)


def test_a_server_recovers_when_postgres_is_killed_under_load_and_restarted(postgres: Postgres, database: str) -> None:
    chance = Random(0)  # noqa: S311  (no secrets)
    clients = clients_of(chance)

    def database_alone(_server: Server, _chance: Random) -> None:
        postgres.end()

    with serving(database, "--workers", "2") as server:
        others = ids(server.url)
        for _ in range(ROUNDS):
            asyncio.run(load_and_kill(server, clients, chance, database_alone))
            postgres.start()
            compare(server.url, clients, others)
        assert server.tracebacks() == []


@pytest.mark.parametrize("store", ["file", "database"])
def test_the_other_processes_continue_when_one_process_is_killed(store: str, request: pytest.FixtureRequest) -> None:
    chance = Random(0)  # noqa: S311  (no secrets)
    clients = clients_of(chance)

    def one_process(server: Server, chance: Random) -> None:
        os.kill(chance.choice(server.pids), signal.SIGKILL)

    with serving(request.getfixturevalue(store), "--workers", "3") as server:
        others = ids(server.url)
        for _ in range(10 if PROVE else 1):
            asyncio.run(load_and_kill(server, clients, chance, one_process))
            compare(server.url, clients, others)
        assert server.said() == []


@pytest.mark.parametrize("store", ["file", "database"])
def test_a_server_killed_while_starting_can_be_started_again(store: str, request: pytest.FixtureRequest) -> None:
    chance = Random(0)  # noqa: S311  (no secrets)
    url = request.getfixturevalue(store)

    for _ in range(20 if PROVE else 1):
        with starting(url) as server:
            time.sleep(chance.uniform(0.3, 2))  # noqa: TID251  (how far it has come is what is tried)
            server.kill()

    with serving(url) as server:
        identifiers = ids(server.url)
    with serving("memory") as server:
        assert ids(server.url) == identifiers
