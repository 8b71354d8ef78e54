from collections.abc import Iterator

import pytest

from tests.harness.tiny_application import TinyServer, tiny_server


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def running(request: pytest.FixtureRequest) -> Iterator[TinyServer]:
    with tiny_server(request.param) as served:
        yield served


@pytest.fixture
def served(running: TinyServer) -> TinyServer:
    running.app.reset()
    return running


@pytest.fixture(scope="module", params=["uvloop", "asyncio"])
def running_hasty(request: pytest.FixtureRequest) -> Iterator[TinyServer]:
    with tiny_server(request.param, keep_alive=0.05, header_timeout=0.05, body_timeout=0.05) as served:
        yield served


@pytest.fixture
def hasty(running_hasty: TinyServer) -> TinyServer:
    running_hasty.app.reset()
    return running_hasty
