"""The control plane's list of audiences, filtered and in pages, on every store."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mockserver.adapters.memory.store import MemoryStore
from mockserver.adapters.sql.journal import Bounds
from mockserver.bootstrap import components, server
from mockserver.config import Settings
from mockserver.ports import Store
from tests.stores.databases import in_file, in_postgres

MANY = 1_050  # more than are read at once
JOB = {"id": "c00000000000000000000009", "pace": "manual", "status": "running", "requested": 8}
SEED = {
    "keys": [{"name": "all"}],
    "accountGroups": [
        {
            "name": "Small",
            "folders": [{"id": "f00000000000000000000009", "name": "Spring", "audienceType": "on_demand"}],
            "audiences": [
                {"name": "Founders in Berlin", "folderId": "f00000000000000000000009", "prospects": 3},
                {"name": "Heads of sales", "job": JOB},
                {"id": "b0000000000000000000beef", "name": "Straße", "prospects": 1},
            ],
        },
        {"name": "Large", "audiences": [{"name": f"Number {number}"} for number in range(MANY)]},
    ],
}
Listing = Callable[[str], dict[str, Any]]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AbstractAsyncContextManager[Store]:
    @asynccontextmanager
    async def memory() -> AsyncIterator[Store]:
        yield MemoryStore()

    if request.param == "memory":
        return memory()
    bounds = Bounds(interval=0)
    if request.param == "sqlite":
        return in_file(tmp_path / "state.db", bounds)
    return in_postgres(request.getfixturevalue("postgres_url"), bounds)


@pytest.fixture
def listing(opened: AbstractAsyncContextManager[Store]) -> Iterator[Listing]:
    """Return the function that reads the list of a sandbox with a query."""
    with asyncio.Runner() as runner:
        store = runner.run(opened.__aenter__())
        app = server(Settings(), components(Settings(seed=1), store=store), print)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        made = runner.run(client.post("/_mock/sandboxes", json={"seed": SEED})).raise_for_status().json()

        def read(query: str) -> dict[str, Any]:
            response = runner.run(client.get(f"/_mock/sandboxes/{made['id']}/audiences?{query}"))
            assert response.status_code == 200, response.text
            return dict(response.json())

        yield read
        runner.run(client.aclose())
        runner.run(opened.__aexit__(None, None, None))


def names(listed: dict[str, Any]) -> list[str]:
    return [audience["name"] for audience in listed["audiences"]]


def test_the_list_is_read_whole_in_pages_and_filtered(listing: Listing) -> None:
    whole = listing("")
    pages = [listing(f"limit=300&offset={offset}") for offset in range(0, MANY, 300)]

    assert [audience for page in pages for audience in page["audiences"]] == whole["audiences"]
    assert (len(whole["audiences"]), whole["more"]) == (MANY + 3, False)
    assert [page["more"] for page in pages] == [True, True, True, False]
    assert (names(listing(f"limit=5&offset={MANY + 3}")), listing("limit=1053")["more"]) == ([], False)
    assert names(listing("text=BERLIN")) == ["Founders in Berlin"]
    assert names(listing("text=strasse")) == names(listing("text=beef")) == ["Straße"]
    assert names(listing("text=Number%2010&limit=2&offset=1")) == ["Number 1048", "Number 1047"]
    assert names(listing("ready=false")) == ["Heads of sales"]
    assert len(listing("ready=true")["audiences"]) == MANY + 2
    assert names(listing("ready=true&text=heads")) == []


def test_an_audience_names_its_folder_and_the_job_that_populates_it(listing: Listing) -> None:
    listed = listing("text=e&limit=50")
    by_name = {audience["name"]: audience for audience in listed["audiences"]}

    assert by_name["Heads of sales"]["jobId"] == JOB["id"]
    assert [by_name[name]["ready"] for name in ("Heads of sales", "Founders in Berlin")] == [False, True]
    assert by_name["Founders in Berlin"]["jobId"] is None
    assert [(folder["id"], folder["name"], folder["audienceType"]) for folder in listed["folders"]] == [
        (by_name["Founders in Berlin"]["folderId"], "Spring", "on_demand")
    ]
