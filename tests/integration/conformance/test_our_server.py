"""The profile `delete` on our server, with options other than the defaults."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.harness.replicas import SANDBOX, Server, serving
from tests.harness.suite_command import command
from tests.stores.databases import fresh_database

FEW = ["--profile", "delete", "--seed", "1", "--max-examples", "5"]


@pytest.fixture(params=["file", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    if request.param == "file":
        with serving(f"sqlite:///{tmp_path}/state.db", "--workers", "2") as server:
            yield server
    else:
        database = asyncio.run(fresh_database(request.getfixturevalue("postgres_url")))
        with serving(database, "--workers", "2") as server:
            yield server


def ensure_conforms(server: Server) -> None:
    """Assert that the suite finds no violation, and that the server reported no error."""
    states = ("--states-url", f"{server.url}/_mock/provider-states")
    run = command("run", "--base-url", server.url, *states, *FEW)
    assert run.returncode == 0, run.stdout
    assert server.said() == []


def test_two_processes_over_a_database_conform(server: Server) -> None:
    ensure_conforms(server)


def test_a_server_whose_clock_stands_still_conforms() -> None:
    with serving("memory") as server:
        httpx.put(f"{server.url}{SANDBOX}/clock", json={"mode": "manual"}).raise_for_status()

        ensure_conforms(server)


def test_a_server_with_limits_conforms_and_has_refused_what_was_past_them() -> None:
    with serving("memory", "--rate-limit", "5/s") as server:
        ensure_conforms(server)

        refused = httpx.get(f"{server.url}{SANDBOX}/journal", params={"status": 429}).raise_for_status().json()
        assert len(refused["exchanges"]) > 1, "no more than the provider state has brought about"
