"""The shortest benchmark: every server responds correctly on every path."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.bench.__main__ import main
from tests.bench.failure import BenchError
from tests.bench.footprint import memory_of
from tests.bench.measure import Options
from tests.bench.placing import Places
from tests.bench.requests import PATHS, write_seed
from tests.bench.server import Server
from tests.bench.targets import OURS, SERVE, Target

SHORT = ["--seconds", "0.05", "--rounds", "1", "--connections", "2", "--client", "python"]
TARGETS = ("asgi", "bare", "starlette", "ours", "no-journal", "stock")


def test_every_server_is_measured_on_every_path(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"

    result = CliRunner().invoke(main, [*SHORT, "--parts", "paths", "--json", str(file)], env={"PEERS": ""})

    assert result.exit_code == 0, result.output
    parsed = json.loads(file.read_text())
    measured = {(sample["target"], sample["path"]) for sample in parsed["samples"]}
    assert measured == {(target, path) for target in TARGETS for path in PATHS}
    assert parsed["targets"].keys() == set(TARGETS)
    assert "Goals" in result.output


def test_start_and_memory_are_measured_for_the_chosen_servers(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    chosen = ["--parts", "start", "--targets", "asgi", "--requests", "10"]

    result = CliRunner().invoke(main, [*SHORT, *chosen, "--json", str(file)], env={"PEERS": ""})

    assert result.exit_code == 0, result.output
    parsed = json.loads(file.read_text())
    assert len(parsed["start"]["asgi"]["times"]) == 9
    assert parsed["memory"]["asgi"]["requests"] >= 10
    assert 0 < parsed["memory"]["asgi"]["started"] < 1000


def test_the_memory_of_our_server_is_read_again_after_many_requests(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    write_seed(seed, 1)

    measured = memory_of(OURS, Options(0.05, 1, (2,), ("404", "flow"), Places()), (10, 2_000), seed)

    assert 10 <= measured.requests < measured.late_requests
    assert measured.late_requests >= 2_000
    assert measured.late is not None


def test_a_server_that_fails_to_start_is_reported_with_its_last_line() -> None:
    wrong = Target("wrong", (*SERVE, "--store", "nowhere"))

    with (
        pytest.raises(BenchError, match=r"^the server 'wrong' ended with status 2: audience-mock: ") as raised,
        Server(wrong),
    ):
        pass

    assert "\n" not in str(raised.value)
