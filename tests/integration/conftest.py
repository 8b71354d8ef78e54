from collections.abc import Iterator

import httpx
import pytest

from mockserver.config import Settings
from tests.served import served
from tests.stores.databases import postgres
from tests.world import World


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client of a server whose every answer Connexion checks against the contract."""
    with served(Settings(validate_responses=True)) as (url, _), httpx.Client(base_url=url, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL for tests that each make a database of their own in it."""
    with postgres() as url:
        yield url


@pytest.fixture
def world(client: httpx.Client) -> World:
    return World.make(client)
