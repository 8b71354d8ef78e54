"""The conformance suite against servers that keep their state in a database, and against several at once."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.harness.replicas import GROUP, KEY, Server, serving
from tests.harness.subprocess_server import ROOT
from tests.stores.databases import fresh_database, postgres
from tests.system.balancer import balanced


@pytest.fixture(scope="module")
def replicas() -> Iterator[list[Server]]:
    """Three servers on one PostgreSQL."""
    with postgres() as url, ExitStack() as stack:
        database = asyncio.run(fresh_database(url))
        yield [stack.enter_context(serving(database)) for _ in range(3)]


@pytest.fixture(scope="module")
def proxy(replicas: list[Server]) -> Iterator[str]:
    with balanced([server.url for server in replicas]) as url:
        yield url


def verdict(url: str, folder: Path, *options: str) -> dict[str, Any]:
    """Run the suite, and return its whole report."""
    report = folder / "report.json"
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        "--base-url",
        url,
        "--report-json",
        str(report),
        "--seed",
        "1",
    ]
    states = ["--states-url", f"{url}/_mock/provider-states"]
    subprocess.run([*command, *states, *options], cwd=ROOT, check=False, capture_output=True, timeout=560)  # noqa: S603  (ours)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def warnings(report: dict[str, Any]) -> list[str]:
    """Return the results that are not a pass."""
    return [
        f"{one['id']}: {one['verdict']} {one['reason']}" for one in report["requirements"] if one["verdict"] != "pass"
    ]


def test_each_request_goes_to_another_server(replicas: list[Server], proxy: str) -> None:
    with httpx.Client(base_url=proxy, headers=KEY) as client:
        traces = [client.get(f"{GROUP}/audiences").json()["traceId"][:14] for _ in range(9)]

    assert len(set(traces)) == len(replicas)


def test_three_replicas_behind_a_proxy_conform(replicas: list[Server], proxy: str, tmp_path: Path) -> None:
    report = verdict(proxy, tmp_path)

    assert report["verdict"] == "conformant", warnings(report)
    assert [line for server in replicas for line in server.said()] == []


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_server_with_a_file_conforms(tmp_path: Path, workers: str) -> None:
    with serving(f"sqlite:///{tmp_path}/state.db", "--workers", workers) as server:
        report = verdict(server.url, tmp_path)

        assert report["verdict"] == "conformant", warnings(report)
        assert server.said() == []
