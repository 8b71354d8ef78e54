"""The script of the benchmark for wrk, run by wrk on servers of the benchmark for a second each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.failure import BenchError
from tests.bench.load import Load
from tests.bench.requests import write_seed
from tests.bench.scenarios import Kind, scenario
from tests.bench.server import Server
from tests.bench.targets import ASGI, STARLETTE
from tests.bench.wrk import Wrk

ENOUGH = 100_000


@pytest.fixture(scope="module")
def starlette(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    seed: Path = tmp_path_factory.mktemp("bench") / "seed.json"
    write_seed(seed, ENOUGH)
    with Server(STARLETTE, (), seed) as server:
        yield server


@pytest.fixture(scope="module")
def asgi() -> Iterator[Server]:
    with Server(ASGI) as server:
        yield server


def load(server: Server, path: str, kind: Kind = Kind.STATE, audiences: int = ENOUGH) -> Load:
    program = shutil.which("wrk")
    assert program is not None
    return Wrk(program).load(scenario(path, kind, audiences), 4, 1, server)


@pytest.mark.parametrize("path", ["200", "404", "409", "401", "403", "flow"])
def test_every_response_of_a_server_with_state_is_the_expected_one(starlette: Server, path: str) -> None:
    starlette.reset()

    measured = load(starlette, path)

    assert measured.requests > 0
    assert 0 < measured.p50 <= measured.p99
    assert measured.server_cpu > 0


def test_deletions_on_a_server_without_state_begin_again(asgi: Server) -> None:
    assert load(asgi, "200", Kind.CONSTANT, 2).requests > 2


def test_more_deletions_than_audiences_are_an_error(starlette: Server) -> None:
    starlette.reset()

    with pytest.raises(BenchError, match="there were more deletions than the 2 prepared audiences: --deletions"):
        load(starlette, "200", audiences=2)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("404", "responses were wrong; status 404 was expected, and 200 came: "),
        ("flow", "responses were wrong; status 404 was expected, and 200 came: "),
    ],
)
def test_an_unexpected_status_is_an_error(asgi: Server, path: str, reason: str) -> None:
    with pytest.raises(BenchError, match=reason):
        load(asgi, path)
