"""A memory store without room: documented refusals that change nothing, and room again by deletions."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mockserver.config import Settings
from mockserver.domain.audience import Audience
from mockserver.service import audiences
from tests.harness.control_plane import AUDIENCE, DEFAULT, GROUP, KEY, OPERATIONS, ControlPlane
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

LONG = "x" * 1_000
STATE = {"state": "an audience that is ready", "params": {"apiKey": KEY}}
JOB_BODY = {"accountGroupId": GROUP, "audienceId": AUDIENCE}
REFUSED: dict[str, tuple[str, str, Any]] = {
    "createSandbox": ("POST", "/_mock/sandboxes", {"name": LONG}),
    "resetSandbox": ("POST", f"{DEFAULT}/reset", None),
    "importSeed": ("PUT", f"{DEFAULT}/seed", {"keys": [{"name": LONG} for _ in range(100)]}),
    "takeSnapshot": ("PUT", f"{DEFAULT}/snapshots/another", None),
    "restoreSnapshot": ("POST", f"{DEFAULT}/snapshots/before/restore", None),
    "startJob": ("POST", f"{DEFAULT}/jobs", JOB_BODY),
    "createKey": ("POST", f"{DEFAULT}/keys", {"name": LONG}),
    "addFaults": ("POST", f"{DEFAULT}/faults", {"preset": "lost-reply"}),
    "changeProviderState": ("POST", "/_mock/provider-states", STATE),
}
"""Requests that grow the store, by operation."""

SUCCEEDING = [
    ("DELETE", f"{DEFAULT}/journal", None),
    ("DELETE", f"{DEFAULT}/faults", None),
    ("DELETE", f"{DEFAULT}/snapshots/before", None),
    ("DELETE", f"{DEFAULT}/keys/{KEY}", None),
    ("PATCH", f"{DEFAULT}/keys/{KEY}", {"revoked": True}),
    ("PUT", f"{DEFAULT}/limits", {"rate": "60/m"}),
    ("PUT", f"{DEFAULT}/keys/{KEY}/limit", {"rate": "60/m"}),
    ("PUT", f"{DEFAULT}/clock", {"mode": "manual"}),
    ("POST", f"{DEFAULT}/clock/advance", {"seconds": 60}),
    ("PUT", f"{DEFAULT}/job-pace", {"pace": "immediate"}),
    ("POST", f"{DEFAULT}/jobs/c00000000000000000000001/end", None),
    ("GET", f"{DEFAULT}/seed", None),
    ("GET", f"{DEFAULT}/journal", None),
    ("GET", "/_mock/health", None),
]


@pytest.fixture
def full(control: ControlPlane) -> Iterator[ControlPlane]:
    """A control plane whose sandbox `default` has a snapshot and lacks an audience of it, without any room."""
    control.call("PUT", f"{DEFAULT}/snapshots/before")
    assert isinstance(control.vendor(KEY, GROUP, audiences.delete, "b00000000000000000000003"), Audience)
    capacity = control.store.capacity
    usual, capacity.limit = capacity.limit, capacity.taken
    yield control
    capacity.limit = usual


def test_the_contract_states_every_refusal_for_want_of_room() -> None:
    assert {name for name, (*_, described) in OPERATIONS.items() if "507" in described["responses"]} == set(REFUSED)


@pytest.mark.parametrize("operation", sorted(REFUSED))
def test_a_request_without_room_is_507_and_changes_nothing(full: ControlPlane, operation: str) -> None:
    method, path, body = REFUSED[operation]
    before = full.snapshot(), full.store.capacity.taken

    answer = full.send(method, path, json=body) if body is not None else full.send(method, path)

    assert (answer.status_code, set(answer.json())) == (507, {"reason", "hint"})
    assert "--max-data" in answer.json()["hint"]
    assert (full.snapshot(), full.store.capacity.taken) == before


@pytest.mark.parametrize(("method", "path", "body"), SUCCEEDING)
def test_a_request_that_needs_no_room_succeeds(full: ControlPlane, method: str, path: str, body: Any) -> None:
    full.call(method, path, body)


def test_a_deletion_makes_room(full: ControlPlane) -> None:
    taken = full.store.capacity.taken
    full.call("DELETE", f"{DEFAULT}/snapshots/before")

    assert full.store.capacity.taken < taken
    assert full.call("POST", f"{DEFAULT}/keys", {"name": LONG})["name"] == LONG


def test_a_new_sandbox_takes_the_room_of_expired_ones(control: ControlPlane) -> None:
    body = {"name": LONG, "idleExpirySeconds": 1}
    expired = control.call("POST", "/_mock/sandboxes", body)["id"]
    capacity = control.store.capacity
    usual, capacity.limit = capacity.limit, capacity.taken
    try:
        assert "full" in control.refused(507, "POST", "/_mock/sandboxes", body)
        control.clock.instant += 60_000

        made = control.call("POST", "/_mock/sandboxes", body)["id"]
    finally:
        capacity.limit = usual

    listed = control.call("GET", "/_mock/sandboxes")["sandboxes"]
    assert (made in {one["id"] for one in listed}, expired in {one["id"] for one in listed}) == (True, False)


class TestVendor:
    @pytest.fixture
    def world(self) -> Iterator[World]:
        """A world with two audiences in a store whose room ends with a third one."""
        with served(Settings(max_data=150_000)) as (url, parts), httpx.Client(base_url=url) as client:
            world = World.make(client)
            world.ready()
            world.ready()
            asyncio.run(parts.store.clear_journal(world.sandbox))
            yield world

    def test_a_creation_without_room_is_500_and_a_deletion_makes_room(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        before = world.listed()
        body = {"name": "A", "type": "on_demand", "description": "x" * 150_000}
        with caplog.at_level(logging.ERROR, "mockserver"):
            failed = world.call("POST", "/audiences", body)

        error = failed.json()["error"]
        assert (failed.status_code, error["code"], error["details"]["rule"]) == (500, "INTERNAL_ERROR", "internal")
        assert "--max-data" in error["message"]
        assert "nothing was changed" in error["message"]
        (line,) = [record.getMessage() for record in caplog.records if record.name == "mockserver"]
        assert line.startswith(f"traceId={failed.json()['traceId']} POST ")
        assert "the store is full" in line
        assert world.listed() == before
        assert world.call("DELETE", f"/audiences/{before[0]}").status_code == 200
        assert world.listed() == before[1:]

    def test_a_store_fills_up_and_serves_again_after_deletions(self, world: World) -> None:
        body = {"name": "A", "type": "on_demand", "description": "x" * 10_000}
        created = [world.call("POST", "/audiences", body) for _ in range(20)]
        statuses = [response.status_code for response in created]
        accepted = [response.json()["data"]["id"] for response in created if response.status_code == 201]

        assert set(statuses) == {201, 500}
        assert statuses == sorted(statuses)
        assert [world.call("DELETE", f"/audiences/{one}").status_code for one in accepted] == [200] * len(accepted)
        assert world.call("POST", "/audiences", body).status_code == 201

    def test_a_journal_drops_its_oldest_exchanges_rather_than_fail_a_request(self, world: World) -> None:
        for _ in range(200):
            assert world.call("GET", "/audiences").status_code == 200

        journal = world.control("GET", "/journal?limit=1000")
        numbers = [exchange["number"] for exchange in journal["exchanges"]]
        assert numbers == list(range(200, 200 - len(numbers), -1))
        assert journal["dropped"] == 200 - len(numbers) > 0
