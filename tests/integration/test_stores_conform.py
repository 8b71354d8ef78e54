"""The conformance suite, as far as it is about deleting, against servers that keep their state in a database."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet import Server, serving
from tests.process import ROOT
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


def test_two_processes_over_a_database_conform(server: Server) -> None:
    command = [sys.executable, "-m", "conformance", "run", "--base-url", server.url, *FEW]
    states = ["--states-url", f"{server.url}/_mock/provider-states"]

    done = subprocess.run([*command, *states], cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)  # noqa: S603  (ours)

    assert done.returncode == 0, done.stdout
    assert server.said() == []
