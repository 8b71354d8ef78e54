from collections.abc import Iterator

import httpx
import pytest

from mockserver.config import Settings
from tests.harness.in_thread import served
from tests.harness.sandbox_client import World
from tests.stores.databases import postgres


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of a server whose responses Connexion validates against the contract."""
    with served(Settings(validate_responses=True)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL in which each test creates a database of its own."""
    with postgres() as url:
        yield url


@pytest.fixture
def world(client: httpx.Client) -> World:
    return World.make(client)
