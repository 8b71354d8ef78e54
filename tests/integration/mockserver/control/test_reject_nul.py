"""Identifiers with a NUL on the control plane: unknown to every store."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.harness.replicas import SANDBOX, serving
from tests.stores.databases import fresh_database

PATHS = [
    ("GET", "/_mock/sandboxes/%00"),
    ("DELETE", "/_mock/sandboxes/%00"),
    ("POST", "/_mock/sandboxes/a%00b/reset"),
    ("GET", "/_mock/sandboxes/%00/jobs"),
    ("GET", f"{SANDBOX}/jobs/%00"),
    ("GET", f"{SANDBOX}/keys/%00"),
    ("GET", f"{SANDBOX}/faults/%00"),
    ("GET", "/_mock/sandboxes/%00/journal"),
]


@pytest.fixture(scope="module", params=["memory", "postgres"])
def client(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    in_memory = request.param == "memory"
    store = "memory" if in_memory else asyncio.run(fresh_database(request.getfixturevalue("postgres_url")))
    with serving(store) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield client
        assert server.said() == []


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_path_with_a_nul_is_404(client: httpx.Client, method: str, path: str) -> None:
    answer = client.request(method, path)

    assert (answer.status_code, set(answer.json())) == (404, {"reason", "hint"})


def test_a_state_in_a_sandbox_with_a_nul_is_404(client: httpx.Client) -> None:
    answer = client.post("/_mock/provider-states?sandbox=%00", json={"state": "an API key"})

    assert answer.status_code == 404
