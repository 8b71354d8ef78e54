from collections.abc import Iterator

import pytest

from mockserver.config import Settings
from tests.harness.clocked_server import MOST, Place, place
from tests.harness.sandbox_client import World


@pytest.fixture(scope="module")
def built() -> Iterator[Place]:
    with place(Settings(validate_responses=True, max_sandboxes=MOST)) as built:
        yield built


@pytest.fixture
def here(built: Place) -> Iterator[Place]:
    yield built
    for one in built.ids():
        if one != "default":
            built.client.delete(f"/_mock/sandboxes/{one}").raise_for_status()


@pytest.fixture
def frozen(here: Place) -> World:
    """A world whose clock stands still."""
    world = here.make()
    world.control("PUT", "/clock", {"mode": "manual"})
    return world
