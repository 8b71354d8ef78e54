"""A server whose real time a test moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from mockserver.adapters.clock import ManualClock
from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World

HOUR = 3_600_000
MAX_SANDBOXES = 40


@dataclass(frozen=True)
class ClockedServer:
    """A server whose real time a test moves."""

    client: httpx.Client
    clock: ManualClock

    def make(self, **body: Any) -> World:
        sandbox = self.client.post("/_mock/sandboxes", json=body).raise_for_status().json()
        return World(self.client, sandbox["id"], sandbox["keys"][0]["key"], sandbox["accountGroups"][0]["id"])

    def ids(self) -> list[str]:
        return [sandbox["id"] for sandbox in self.client.get("/_mock/sandboxes").raise_for_status().json()["sandboxes"]]


@contextmanager
def clocked_server(settings: Settings) -> Iterator[ClockedServer]:
    clock = ManualClock()
    with served(settings, clock) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield ClockedServer(client, clock)


def advance(world: World, seconds: float) -> dict[str, Any]:
    return dict(world.control("POST", "/clock/advance", {"seconds": seconds}))
