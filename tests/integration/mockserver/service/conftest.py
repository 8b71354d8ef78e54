from collections.abc import Iterator

import pytest

from mockserver.config import Settings
from tests.harness.clocked_server import MAX_SANDBOXES, ClockedServer, clocked_server
from tests.harness.sandbox_client import World


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ClockedServer]:
    with clocked_server(Settings(validate_responses=True, max_sandboxes=MAX_SANDBOXES)) as shared_server:
        yield shared_server


@pytest.fixture
def server(shared_server: ClockedServer) -> Iterator[ClockedServer]:
    yield shared_server
    for sandbox in shared_server.ids():
        if sandbox != "default":
            shared_server.client.delete(f"/_mock/sandboxes/{sandbox}").raise_for_status()


@pytest.fixture
def frozen(server: ClockedServer) -> World:
    """A world whose clock stands still."""
    world = server.make()
    world.control("PUT", "/clock", {"mode": "manual"})
    return world
