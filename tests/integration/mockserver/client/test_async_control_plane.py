"""The client of the control plane for coroutines, against a server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from mockserver.client import AsyncControlPlane, AsyncSandbox, ClientFindings, ControlPlaneError
from mockserver.config import Settings
from tests.harness.in_thread import served

NEW = {"name": "Founders", "type": "on_demand"}
Body = Callable[[AsyncSandbox], Awaitable[None]]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(Settings()) as (url, _):
        yield url


def in_sandbox(url: str, body: Body) -> None:
    """Run a coroutine with a sandbox of its own."""

    async def run() -> None:
        async with AsyncControlPlane(url) as control_plane, await control_plane.create_sandbox() as sandbox:
            assert sandbox.id in [each["id"] for each in await control_plane.sandboxes()]
            await body(sandbox)
        assert sandbox.api.is_closed

    asyncio.run(run())


def test_a_sandbox_is_used_by_coroutines(url: str) -> None:
    async def body(sandbox: AsyncSandbox) -> None:
        made = (await sandbox.api.post("/audiences", json=NEW)).raise_for_status().json()["data"]
        await sandbox.clock.stop()
        await sandbox.clock.advance(30)
        await sandbox.limits.set("60/m")
        await sandbox.jobs.set_pace(outcome="failed")
        async with sandbox.api_for((await sandbox.keys.create(permissions=["audiences:read"]))["key"]) as reader:
            assert (await reader.get("/audiences")).status_code == 403  # of another account group
        assert [each["id"] for each in (await sandbox.audiences())["audiences"]] == [made["id"]]
        await sandbox.verify()

    in_sandbox(url, body)


def test_the_sandboxes_of_a_control_plane_belong_to_its_run(url: str) -> None:
    async def run() -> str:
        async with AsyncControlPlane(url, run="of a test") as of_a_run, await of_a_run.create_sandbox() as sandbox:
            return (await sandbox.describe())["run"]

    assert asyncio.run(run()) == "of a test"


def test_a_mistake_of_the_client_fails_an_awaited_assertion(url: str) -> None:
    async def body(sandbox: AsyncSandbox) -> None:
        made = (await sandbox.api.post("/audiences", json=NEW)).json()["data"]
        await sandbox.faults.lost_reply("deleteAudience")
        with pytest.raises(httpx.TransportError):
            await sandbox.api.delete(f"/audiences/{made['id']}")
        await sandbox.api.delete(f"/audiences/{made['id']}")
        with pytest.raises(ClientFindings):
            await sandbox.verify()

    in_sandbox(url, body)


def test_the_errors_are_those_of_the_other_client(url: str) -> None:
    async def run(address: str) -> None:
        async with AsyncControlPlane(address) as control_plane:
            await control_plane.sandbox("elsewhere")

    with pytest.raises(ControlPlaneError, match="there is no sandbox elsewhere"):
        asyncio.run(run(url))
    with pytest.raises(ControlPlaneError, match="does not respond"):
        asyncio.run(run("http://127.0.0.1:1"))


def test_a_client_without_kept_connections_serves_several_event_loops(url: str) -> None:
    control_plane = AsyncControlPlane(url, keep_connections=False)
    sandbox = asyncio.run(control_plane.create_sandbox())

    for _ in range(2):
        assert asyncio.run(sandbox.api.get("/audiences")).status_code == 200
        asyncio.run(sandbox.clock.advance(1))
    asyncio.run(sandbox.delete())
